import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** An IMAP server that refuses every login, in the words of whoever tried. */
export class EchoingImapServer {
  /** The lines by which somebody tried to log in. */
  readonly logins: string[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<EchoingImapServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new EchoingImapServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
  }

  #serve(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.write('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n');
    socket.on('data', (data) => {
      for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) this.#answer(socket, line);
    });
  }

  #answer(socket: Socket, line: string): void {
    const [tag = '', command = ''] = line.split(' ');
    if (command === 'LOGIN' || command === 'AUTHENTICATE') {
      this.logins.push(line);
      socket.write(`${tag} NO [AUTHENTICATIONFAILED] You said: ${line}\r\n`);
      return;
    }
    if (command === 'CAPABILITY') socket.write('* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\n');
    socket.write(`${tag} OK done\r\n`);
    if (command === 'LOGOUT') socket.end();
  }
}
