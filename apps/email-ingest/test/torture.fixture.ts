import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const packed = readFileSync(join(__dirname, 'corpora', 'mail-parser.json.gz'));
const contents = JSON.parse(gunzipSync(packed).toString()) as Record<string, string>;

/** The messages of mail-parser by their names; see corpora/README.md. */
export const CORPUS: readonly (readonly [name: string, source: Buffer])[] = Object.entries(contents).map(
  ([name, content]) => [name, Buffer.from(content, 'base64')],
);

const MEBIBYTE = 1024 * 1024;
const nested = (levels: number): string =>
  Array.from(
    { length: levels },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  ).join('');
const parts = (count: number): string =>
  `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(count)}--b--\r\n`;

/** Messages that are made to cost whoever reads them as much as they can. */
export const BOMBS: [what: string, source: () => string][] = [
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
