import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';

/** An authority, and a server's certificate of it for the name `localhost`. */
export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
  /** Its own certificate, as NODE_EXTRA_CA_CERTS names it. */
  readonly file = join(this.#folder, 'ca.crt');
  readonly context: SecureContext;

  constructor() {
    const at = (name: string) => join(this.#folder, name);
    const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(`${name}.key`)];
    openssl('req', '-x509', ...key('ca'), '-out', this.file, '-days', '2', '-subj', '/CN=Authority');
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    openssl('req', ...key('server'), ...name, '-out', at('server.csr'));
    const authority = ['-CA', this.file, '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy'];
    openssl('x509', '-req', '-in', at('server.csr'), ...authority, '-days', '2', '-out', at('server.crt'));
    this.context = createSecureContext({ key: readFileSync(at('server.key')), cert: readFileSync(at('server.crt')) });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Puts TLS in front of an IMAP server that has none, from the beginning or by STARTTLS. */
export class TlsFront {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(
    private readonly to: number,
    private readonly context: SecureContext,
    isImplicit: boolean,
  ) {
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

  /** What a server that wants STARTTLS says before it. */
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
    const secure = new TLSSocket(socket, { isServer: true, secureContext: this.context });
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

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
