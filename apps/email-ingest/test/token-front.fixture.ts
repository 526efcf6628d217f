import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Logs in at an IMAP server by password for whoever has the access token that is valid now. */
export class TokenFront {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(
    private readonly to: { readonly port: number; readonly password: string },
    private token: string,
  ) {
    this.#server = createServer((client) => this.#forward(client));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on another token is valid. As servers do, it ends the connections that were made by the one before. */
  replace(token: string): void {
    this.token = token;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #forward(client: Socket): void {
    const server = connect(this.to.port, '127.0.0.1');
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    server.on('data', (data) => client.write(data.toString('latin1').replace('AUTH=PLAIN', 'AUTH=XOAUTH2'), 'latin1'));
    client.on('data', (data) => {
      for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) this.#pass(line, client, server);
    });
  }

  #pass(line: string, client: Socket, server: Socket): void {
    const [, tag, response = ''] = /^(\S+) AUTHENTICATE XOAUTH2 (\S+)$/.exec(line) ?? [];
    if (tag === undefined) return void server.write(`${line}\r\n`, 'latin1');
    const [, user = '', token] = /^user=(.*)\u0001auth=Bearer (.*)\u0001\u0001$/.exec(atob(response)) ?? [];
    if (token === this.token) server.write(`${tag} LOGIN "${user}" "${this.to.password}"\r\n`);
    else client.write(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n`);
  }
}
