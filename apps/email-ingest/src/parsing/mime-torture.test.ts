import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LIMITS } from '@millrace/contracts';
import { MAIL_LIMITS } from '../limits.js';
import { MessageParser, type ReadMessage } from './message-parser.js';
import { UnreadableMessageError } from './unreadable-message.error.js';

/** See test/corpora/README.md. */
const CORPUS = join(__dirname, '../../test/corpora/mail-parser.json.gz');
const corpus = Object.entries(JSON.parse(gunzipSync(readFileSync(CORPUS)).toString()) as Record<string, string>);

const parser = new MessageParser();
afterAll(() => parser.stop());

const ORDINARY = Buffer.from('From: ada@example.org\r\nSubject: Ordinary\r\n\r\nHello\r\n');

let organisations = 0;

/** The message, or why it cannot be read; anything else is a fault of ours. */
async function outcomeOf(source: Buffer): Promise<ReadMessage | string> {
  try {
    // Who has a long turn rests afterwards.
    return await parser.parse(`org_${++organisations}`, source);
  } catch (error) {
    if (error instanceof UnreadableMessageError) return error.message;
    throw error;
  }
}

/** What the workflow is given is bounded, and can be its input. */
function expectBounded({ message, contents }: ReadMessage): void {
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(LIMITS.apiBodyBytes);
  expect(message.text.length).toBeLessThanOrEqual(MAIL_LIMITS.textCharacters);
  expect(message.attachments.length).toBeLessThanOrEqual(MAIL_LIMITS.attachments);
  expect(contents.length).toBe(message.attachments.length);
  expect(Object.keys(message.headers).length).toBeLessThanOrEqual(MAIL_LIMITS.headerFields);
}

describe('the messages of mail-parser', () => {
  it('are all there', () => {
    expect(corpus).toHaveLength(208);
  });

  it('are read, the malformed ones too, and the one behind each as well', async () => {
    const unreadable: string[] = [];
    for (const [name, content] of corpus) {
      const outcome = await outcomeOf(Buffer.from(content, 'base64'));
      if (typeof outcome === 'string') unreadable.push(name);
      else expectBounded(outcome);
      expect(await parser.parse('org', ORDINARY)).toMatchObject({ message: { subject: 'Ordinary', text: 'Hello\n' } });
    }
    expect(unreadable).toEqual([]);
  });
});

const MEBIBYTE = 1024 * 1024;
const nested = (levels: number): string =>
  Array.from(
    { length: levels },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  ).join('');
const parts = (count: number): string =>
  `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(count)}--b--\r\n`;

const BOMBS: [what: string, source: () => string][] = [
  ['10,000 multiparts inside of each other', () => nested(10_000)],
  ['10,000 messages inside of each other', () => 'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)],
  ['100,000 parts', () => parts(100_000)],
  ['parts without a boundary', () => `Content-Type: multipart/mixed\r\n\r\n${'--\r\n'.repeat(500_000)}`],
  ['a header of 20 MiB', () => `X: ${'x'.repeat(20 * MEBIBYTE)}\r\n\r\nHello`],
  ['a million header fields', () => `${'X: y\r\n'.repeat(1_000_000)}\r\nHello`],
  ['a folded header of a million lines', () => `X: y\r\n${' y\r\n'.repeat(1_000_000)}\r\nHello`],
  ['a million addresses', () => `To: ${'a@b.c, '.repeat(1_000_000)}\r\n\r\nHello`],
  [
    'comments inside of each other in an address',
    () => `To: ${'('.repeat(100_000)}${')'.repeat(100_000)} <a@b.c>\r\n\r\nHello`,
  ],
  ['encoded words without an end', () => `Subject: ${'=?utf-8?Q?a?= '.repeat(100_000)}\r\n\r\nHello`],
  ['base64 in one line', () => `Content-Transfer-Encoding: base64\r\n\r\n${'QUFB'.repeat(4 * MEBIBYTE)}`],
  [
    'a quoted text of equals signs',
    () => `Content-Transfer-Encoding: quoted-printable\r\n\r\n${'='.repeat(10 * MEBIBYTE)}`,
  ],
  [
    'a flowed text of one line',
    () => `Content-Type: text/plain; format=flowed\r\n\r\n${'word \r\n'.repeat(1_000_000)}`,
  ],
  ['HTML of open tags', () => `Content-Type: text/html\r\n\r\n${'<div>'.repeat(1_000_000)}`],
  [
    'HTML of a table in a table in a table',
    () => `Content-Type: text/html\r\n\r\n${'<table><tr><td>'.repeat(100_000)}`,
  ],
  ['parameters without an end', () => `Content-Type: text/plain; ${'a*0*=b; '.repeat(200_000)}\r\n\r\nHello`],
  ['an encoding that there is not', () => 'Content-Type: text/plain; charset=klingon\r\n\r\nHello'],
  ['nothing', () => ''],
  ['zeros', () => '\0'.repeat(MEBIBYTE)],
];

it.each(BOMBS)('%s is read or refused within the bounds, and the next message is read', async (_what, source) => {
  const outcome = await outcomeOf(Buffer.from(source(), 'latin1'));
  if (typeof outcome !== 'string') expectBounded(outcome);
  expect(await parser.parse('org', ORDINARY)).toMatchObject({ message: { subject: 'Ordinary' } });
});
