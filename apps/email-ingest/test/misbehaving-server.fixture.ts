import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a server sends in the place of the right thing: to the connection, and to the command with its tag. True where it has. */
export type Misbehaviour = (socket: Socket, command: string, tag: string, line: string) => boolean;

/** Servers that let everybody in and have one message, but for what they do wrong. */
export class MisbehavingServers {
  readonly #servers: Server[] = [];

  /** Returns the port of one. `CONNECT` is the first command, without a tag: in its place it greets. */
  async start(misbehaves: Misbehaviour, capabilities = ''): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (!misbehaves(socket, 'CONNECT', '', '')) socket.write('* OK ready\r\n');
      socket.on('data', (data) => {
        for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) {
          const [tag = '', command = '', second = ''] = line.split(' ');
          const name = command.toUpperCase() === 'UID' ? second.toUpperCase() : command.toUpperCase();
          if (misbehaves(socket, name, tag, line)) continue;
          if (name === 'CAPABILITY') socket.write(`* CAPABILITY IMAP4rev1${capabilities}\r\n`);
          if (name === 'LOGOUT') return socket.end();
          if (name === 'SELECT' || name === 'EXAMINE')
            socket.write('* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 5] x\r\n* FLAGS (\\Seen)\r\n');
          socket.write(`${tag} OK done\r\n`);
        }
      });
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}
