import type { Socket } from 'node:net';
import { FakeImapServer, headRow, sourceRow, type FetchCommand } from './fake-imap-server.fixture.js';

/** What the server announces of its large message. */
export const LARGE_BYTES = 2_000_000;
const MIME = 'Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n';

/** The structure of an attachment of so many bytes, as they are encoded. */
export const leaf = (bytes = 1_500_000): string =>
  `("APPLICATION" "ZIP" NIL NIL NIL "BASE64" ${bytes} NIL ("ATTACHMENT" NIL) NIL NIL)`;

/** The structure of a message of several parts. */
export const multipart = (parts: string, boundary = 'x'): string =>
  `(${parts} "MIXED" ("BOUNDARY" "${boundary}") NIL NIL NIL)`;

/** What a server sends of the second of its messages, which is large. */
export interface OfLarge {
  readonly structure?: string;
  /** The piece of an attachment from a byte on; null for nothing. */
  readonly piece?: (start: number, length: number, part: string) => Buffer | null | Promise<Buffer | null>;
  /** What it sends of each attachment, whatever piece of it is asked for. */
  readonly whole?: Buffer;
  /** What it refuses to fetch. */
  readonly refuses?: RegExp;
  /** Called with each query. */
  readonly onQuery?: (query: string) => void;
}

const literal = (key: string, content: Buffer | string): string =>
  `${key} {${content.length}}\r\n${content.toString('latin1')}`;

/** Returns how the response ends, where it is a refusal. */
async function sendLarge(socket: Socket, { query, address }: FetchCommand, of: OfLarge): Promise<string | undefined> {
  const row = (what: string): unknown => socket.write(Buffer.from(`* 2 FETCH (UID 2 ${what})\r\n`, 'latin1'));
  const { structure = multipart(leaf()), piece, whole, refuses, onQuery } = of;
  onQuery?.(query);
  if (refuses?.test(query) === true) return 'NO [SERVERBUG] It cannot be taken apart';
  const [, part = '', start, length] = /BODY\.PEEK\[(\d+)\]<(\d+)\.(\d+)>/.exec(query) ?? [];
  if (query.includes('HEADER.FIELDS')) {
    socket.write(headRow(2, address).replace(/RFC822\.SIZE \d+/, `RFC822.SIZE ${LARGE_BYTES}`));
  } else if (query.includes('BODYSTRUCTURE')) {
    if (structure !== '') row(`BODYSTRUCTURE ${structure}`);
  } else if (start !== undefined && whole !== undefined) {
    row(literal(`BODY[${part}]`, whole));
  } else if (start !== undefined) {
    const content = await (piece ?? (() => Buffer.alloc(0)))(Number(start), Number(length), part);
    if (content !== null) row(literal(`BODY[${part}]<${start}>`, content));
  } else if (/HEADER|MIME/.test(query)) {
    const head = `From: ada@example.org\r\nTo: ${address}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n`;
    const mime = [...query.matchAll(/\[(\d+\.MIME)\]/g)].map(([, name]) => literal(`BODY[${name}]<0>`, MIME));
    row([literal('BODY[HEADER]<0>', head), ...mime].join(' '));
  }
  return undefined;
}

/** A server with three messages, the second of which is large. */
export function serverOf(of: OfLarge): FakeImapServer {
  return new FakeImapServer(async (socket, command) => {
    let end: string | undefined;
    for (const uid of command.uids) {
      if (uid === 2) end = await sendLarge(socket, command, of);
      else socket.write((command.isSource ? sourceRow : headRow)(uid, command.address));
    }
    return end;
  });
}
