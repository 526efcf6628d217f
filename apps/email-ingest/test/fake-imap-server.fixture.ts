import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a server is asked to fetch. */
export interface FetchCommand {
  readonly uids: readonly number[];
  /** Whether it is a message that is asked for, and not its head. */
  readonly isSource: boolean;
  /** What is asked for, as the command has it. */
  readonly query: string;
  /** The address of whoever has logged in. */
  readonly address: string;
}

/** A server with three messages, of which it sends what `send` returns. What `send` returns as text ends the response instead of `OK`. */
export class FakeImapServer {
  readonly #server: Server;
  /** Messages that are no longer there, although they can be asked for. */
  readonly gone = new Set<number>();
  /** For so long it looks whether a certain message is there. */
  searchMs = 0;
  /** A command at which it ends the connection. */
  hangsUpAt = '';

  constructor(private readonly send: (socket: Socket, command: FetchCommand) => unknown) {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    const client = { address: '' };
    socket.on('error', () => undefined);
    socket.write('* OK ready\r\n');
    socket.on('data', (data) => {
      for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) void this.#reply(socket, line, client);
    });
  }

  async #reply(socket: Socket, line: string, client: { address: string }): Promise<void> {
    const [tag = '', command = '', ...words] = line.replace(' UID ', ' ').split(' ');
    const query = words.join(' ');
    if (command === 'CAPABILITY') socket.write('* CAPABILITY IMAP4rev1\r\n');
    if (command === 'LOGIN') client.address = `${words[0]?.replace(/"/g, '') ?? ''}@example.com`;
    if (command === 'EXAMINE' || command === 'SELECT')
      socket.write('* 3 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 4] x\r\n* FLAGS (\\Seen)\r\n');
    if (command === this.hangsUpAt) return void socket.end('* BYE not now\r\n');
    let end = 'OK done';
    if (command === 'SEARCH') {
      if (!query.includes('*')) await sleep(this.searchMs);
      const found = searched(query).filter((uid) => !this.gone.has(uid));
      socket.write(`* SEARCH ${found.join(' ')}\r\n`);
    }
    if (command === 'FETCH') {
      // By their places in the folder, from the first one on, all of them.
      const uids = words[0] === '1:*' ? [1, 2, 3] : (words[0] ?? '').split(',').map(Number);
      const isSource = query.includes('BODY.PEEK[]');
      const said = await this.send(socket, { uids, isSource, query, address: client.address });
      if (typeof said === 'string') end = said;
    }
    if (command === 'LOGOUT') socket.end();
    else socket.write(`${tag} ${end}\r\n`);
  }
}

function searched(query: string): number[] {
  const [, first, star] = /UID (\d+)(:\*)?/.exec(query) ?? [];
  return [1, 2, 3].filter((uid) => uid === Number(first) || (star !== undefined && uid > Number(first)));
}

/** A message with its UID as its subject. */
export function sourceOf(uid: number, address: string): string {
  return `From: ada@example.org\r\nTo: ${address}\r\nSubject: ${uid}\r\n\r\nHello\r\n`;
}

/** The row of a head as servers send it. */
export function headRow(uid: number, address: string, more = ''): string {
  const date = 'INTERNALDATE "26-Nov-2026 12:00:00 +0000"';
  const header = `From: ada@example.org\r\nTo: ${address}\r\nSubject: ${uid}\r\nMessage-ID: <${uid}@example.org>\r\n${more}\r\n`;
  const size = sourceOf(uid, address).length;
  return `* ${uid} FETCH (UID ${uid} ${date} RFC822.SIZE ${size} BODY[HEADER.FIELDS (X)] {${header.length}}\r\n${header})\r\n`;
}

/** The row of a message as servers send it. */
export function sourceRow(uid: number, address: string, more = ''): string {
  const source = sourceOf(uid, address) + more;
  const size = sourceOf(uid, address).length;
  return `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${size} BODY[]<0> {${source.length}}\r\n${source})\r\n`;
}
