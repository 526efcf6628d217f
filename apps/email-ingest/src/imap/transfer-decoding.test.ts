import { MessageParser } from '../parsing/message-parser.js';
import { decoded } from './transfer-decoding.js';

const parser = new MessageParser();
afterAll(() => parser.stop());

async function* inPieces(content: string, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < content.length; from += size) yield Buffer.from(content.slice(from, from + size), 'latin1');
}

async function bytesOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString('latin1');
}

/** What the parser makes of it in one piece. */
async function parsed(encoding: string, content: string): Promise<string> {
  const head = `Content-Type: application/x\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  const [attached] = (await parser.parse('org', Buffer.from(head + content, 'latin1'))).contents;
  return Buffer.from(attached as Uint8Array).toString('latin1');
}

const CONTENTS: Record<string, [encoding: string, content: string]> = {
  'base64 in lines': ['base64', 'QUJDREVGR0g\r\nJKUxNTk9QUQ==\r\n'],
  'base64 with other characters': ['base64', '!QU\0JD \xff-RE_VG\r\n\r\n'],
  'base64 with padding in the middle': ['base64', 'QQ==QUI=QUJD\r\nQQ=\r\n=QUJD'],
  'base64 that ends too early': ['base64', 'QUJDREV'],
  'quoted text': ['quoted-printable', 'Gr=C3=BC=c3=9fe =\r\nand more=20\r\n  \t\r\nend \t\r\n.'],
  'quoted text with what is no escape': ['quoted-printable', '=XY==41=4=\n1= \r\n=\xff=3'],
  'quoted text that ends in a break': ['quoted-printable', 'ends here=\r\n'],
  'quoted text that ends in blanks': ['quoted-printable', 'ends here  '],
  'quoted text of one long line': ['quoted-printable', '=41bc'.repeat(40_000)],
  'text as it is': ['8bit', 'Gr\xfc\xdfe\r\n=41\n'],
  'an encoding that there is not': ['x-klingon', 'QUJD=41'],
};

it.each(Object.entries(CONTENTS))('decodes %s as the parser does, however it is cut into pieces', async (_, of) => {
  const [encoding, content] = of;
  const whole = await parsed(encoding, content);
  for (const size of content.length > 10_000 ? [999, 65_536] : [1, 2, 3, 7, 10_000])
    expect(await bytesOf(decoded(encoding, inPieces(content, size)))).toBe(whole);
});
