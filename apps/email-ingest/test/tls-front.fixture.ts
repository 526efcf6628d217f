import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext, type SecureContextOptions } from 'node:tls';

/** Puts TLS in front of an IMAP server that has none, from the beginning or by STARTTLS. */
export class TlsFront {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #context: SecureContext;

  constructor(
    private readonly to: number,
    certificate: Pick<SecureContextOptions, 'key' | 'cert'>,
    isImplicit: boolean,
  ) {
    this.#context = createSecureContext(certificate);
    this.#server = createServer((socket) => {
      this.#keep(socket);
      if (isImplicit) this.#forward(socket, true);
      else this.#untilAsked(socket);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What a server that requires STARTTLS says before it. */
  #untilAsked(socket: Socket): void {
    socket.write('* OK ready\r\n');
    const answer = (data: Buffer): void => {
      const [tag = '', command = ''] = data.toString('latin1').trim().split(' ');
      if (command === 'CAPABILITY') socket.write('* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n');
      socket.write(`${tag} OK done\r\n`);
      if (command !== 'STARTTLS') return;
      socket.off('data', answer);
      this.#forward(socket, false);
    };
    socket.on('data', answer);
  }

  /** The server greets; whoever has been greeted is not greeted again. */
  #forward(socket: Socket, greets: boolean): void {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: this.#context });
    const server = connect(this.to, '127.0.0.1');
    for (const one of [secure, server]) this.#keep(one);
    secure.pipe(server);
    if (greets) server.pipe(secure);
    else server.once('data', () => server.pipe(secure));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
