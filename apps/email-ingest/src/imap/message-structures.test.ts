import { AllowList } from '@millrace/service-kit/safe-http';
import { ImapFlow, type FetchMessageObject, type FetchQueryObject } from 'imapflow';
import libmime from 'libmime';
import { MisbehavingServers } from '../../test/misbehaving-server.fixture.js';
import { MAIL_LIMITS } from '../limits.js';
import { ImapConnection } from './imap-connection.js';
import { boundMessageStructures } from './message-structures.js';
import { isWord, lengthOf, responseHandling, type Token } from './response-handling.js';

const servers = new MisbehavingServers();
afterAll(() => servers.close());

/** Each encoded word costs the client as much as all before it. */
const ENCODED = '=?utf-8?Q?a?= =?latin1?Q?a?= ';
const LONG = ENCODED.repeat(2_500);

/** A server that sends these rows of its one message in response to whatever is fetched. */
function serverOf(row: string): Promise<number> {
  return servers.start((socket, command, tag) => {
    if (command !== 'FETCH' && command !== 'NOOP') return false;
    socket.write(`${row}${tag} OK done\r\n`);
    return true;
  });
}

/** All words that a response has, lists in it included. */
function wordsOf(token: Token): Token[] {
  if (Array.isArray(token)) return token.flatMap(wordsOf);
  if (!isWord(token)) return [];
  return [token, ...(Array.isArray(token.section) ? wordsOf(token.section as Token[]) : [])];
}

/** What the client makes of a row, and the words of it that it was handed to decode. */
async function fetched(row: string, query: FetchQueryObject, isBounded = true) {
  const auth = { user: 'ada', pass: 'secret' };
  const port = await serverOf(`* 1 FETCH (UID 1 ${row})\r\n`);
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false, disableAutoIdle: true });
  client.on('error', () => undefined);
  const handling = responseHandling(client);
  const handlerOf = handling.getUntaggedHandler.bind(client);
  const decoded: string[] = [];
  handling.getUntaggedHandler = (command, attributes = []) => {
    if (handling.normalizeUntaggedCommand(command, attributes) === 'FETCH')
      decoded.push(...wordsOf(attributes).map((word) => String((word as { value: unknown }).value)));
    return handlerOf(command, attributes);
  };
  if (isBounded) boundMessageStructures(client);
  await client.connect();
  await client.mailboxOpen('INBOX');
  const message = (await client.fetchOne('1', query, { uid: true })) as FetchMessageObject;
  client.close();
  return { message, decoded, longest: Math.max(...decoded.map(lengthOf)) };
}

const structureOf = (row: string, isBounded = true) =>
  fetched(`BODYSTRUCTURE ${row}`, { bodyStructure: true }, isBounded);

it('an envelope that nobody asked for does not reach what decodes it', async () => {
  const address = `("${LONG}" NIL "ada" "example.org")`;
  const envelope = `(NIL "${LONG}" (${address.repeat(10)}) NIL NIL NIL NIL NIL NIL NIL)`;
  const { message, longest } = await fetched(`ENVELOPE ${envelope} RFC822.SIZE 7`, { size: true });
  expect(message).toMatchObject({ uid: 1, size: 7 });
  expect(message).not.toHaveProperty('envelope');
  expect(longest).toBeLessThan(20);
});

it.each(['BODYSTRUCTURE', 'FLAGS', 'X-GM-LABELS'])('%s is left out unless it was asked for', async (name) => {
  const { message, decoded } = await fetched(`${name} ("${LONG}" "x") RFC822.SIZE 7`, { size: true });
  expect(message).toMatchObject({ uid: 1, size: 7 });
  expect(decoded).toEqual(['FETCH', 'UID', '1', 'RFC822.SIZE', '7']);
});

it.each(['INTERNALDATE', 'EMAILID', 'MODSEQ'])('a long %s is left out', async (name) => {
  const { message, longest } = await fetched(`${name} "${LONG}" RFC822.SIZE 7`, { size: true, internalDate: true });
  expect(message).toMatchObject({ uid: 1, size: 7 });
  expect(longest).toBeLessThan(20);
});

it('a name as long as none is that was asked for is left out with what it stands for', async () => {
  const name = `body[x${'.fields'.repeat(10_000)}\n]`;
  const { message, longest } = await fetched(`BODY[{${name.length}}\r\n${name}] "x" BODY[1] "y"`, { bodyParts: ['1'] });
  expect([...(message.bodyParts ?? [])]).toEqual([['1', Buffer.from('y')]]);
  expect(longest).toBeLessThan(20);
});

it('the content of a message that was asked for is whole, whatever it has', async () => {
  const { message } = await fetched(`BODY[] {${LONG.length}}\r\n${LONG} RFC822.SIZE 7`, { source: true, size: true });
  expect(message).toMatchObject({ uid: 1, size: 7, source: Buffer.from(LONG) });
});

const DISPOSITION = `("ATTACHMENT" ("FILENAME" "a.pdf"))`;
/** As servers send them: with all that there may be, with little, with a line count left out, and with what nobody reads. */
const PARTS = {
  text: '("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "quoted-printable" 12 1 NIL ("INLINE" NIL) ("en" "de") "x")',
  short: '("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1)',
  uncounted: `("TEXT" "HTML" NIL NIL NIL "7BIT" 12 NIL ${DISPOSITION} NIL NIL)`,
  file: `("APPLICATION" "PDF" ("NAME" "a.pdf") "<1@x>" "A file" "BASE64" 5000 NIL ${DISPOSITION} NIL NIL)`,
  report: '("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 90 NIL ("INLINE" NIL) NIL NIL)',
  message: `("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 90 (NIL "Hello" NIL NIL NIL NIL NIL NIL NIL NIL) ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1) 5 NIL ${DISPOSITION} NIL NIL)`,
  pieces: '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1) "MIXED" ("BOUNDARY*0" "ab" "BOUNDARY*1" "cd") NIL NIL)',
  encoded: `(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1) "MIXED" ("BOUNDARY*" "utf-8''a%20b") NIL NIL)`,
};
const WHOLE = `(${Object.values(PARTS).join('')} "MIXED" ("X" "y" "BOUNDARY" "=_a?b") ("INLINE" NIL) NIL)`;

/** What is read of a structure. */
function readOf(structure: FetchMessageObject['bodyStructure']): unknown {
  if (structure === undefined) return null;
  const { part, type, encoding, size, disposition, parameters, childNodes = [] } = structure;
  const isList = type.startsWith('multipart/');
  const children = isList ? { boundary: parameters?.['boundary'], parts: childNodes.map(readOf) } : {};
  return { part, type, encoding, size, ...(isList ? {} : { disposition }), ...children };
}

it('what is read of a structure is the same as without the bounds', async () => {
  const bounded = await structureOf(WHOLE);
  const unbounded = await structureOf(WHOLE, false);
  expect(readOf(bounded.message.bodyStructure)).toEqual(readOf(unbounded.message.bodyStructure));
  expect(bounded.decoded).not.toContain('a.pdf');
  expect(JSON.stringify(readOf(bounded.message.bodyStructure))).toContain('"boundary":"abcd"');
});

it.each([
  ['parameters', `("TEXT" "PLAIN" ("NAME" "${LONG}" "${LONG}" "x") NIL NIL "7BIT" 3 1 NIL NIL NIL NIL)`],
  ['parameters in pieces', `("TEXT" "PLAIN" (${`"NAME*0" "${LONG}"`.repeat(9)}) NIL NIL "7BIT" 3 1 NIL NIL NIL NIL)`],
  ['words that are literals', `("TEXT" "PLAIN" NIL {${LONG.length}}\r\n${LONG} NIL "7BIT" 3 1 NIL NIL NIL NIL)`],
  ['ids and descriptions', `("TEXT" "PLAIN" NIL "${LONG}" "${LONG}" "7BIT" 3 1 NIL NIL NIL NIL)`],
  ['names of files', `("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1 NIL ("INLINE" ("FILENAME" "${LONG}")) NIL NIL)`],
  ['languages and places', `("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1 NIL NIL ("en" "${LONG}") "${LONG}")`],
  ['what is behind all', `("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1 NIL NIL NIL NIL ${`"${LONG}" `.repeat(9)})`],
])('%s of a part that nobody reads are not decoded', async (_, part) => {
  const { message, longest } = await structureOf(part);
  expect(message.bodyStructure).toMatchObject({ type: 'text/plain', encoding: '7bit', size: 3 });
  expect(longest).toBeLessThan(20);
});

it('long types and encodings are none', async () => {
  const { message, longest } = await structureOf(`("${LONG}" "PLAIN" NIL NIL NIL "${LONG}" 3 NIL)`);
  expect(message.bodyStructure).toMatchObject({ type: '/plain', size: 3 });
  expect(longest).toBeLessThan(20);
});

it.each([
  ['in one', `"BOUNDARY" "${'b'.repeat(100_000)}"`],
  ['in pieces', Array.from({ length: 900 }, (_, index) => `"BOUNDARY*${index}" "${'b'.repeat(100)}"`).join(' ')],
  ['as a literal', `"BOUNDARY" {100000}\r\n${'b'.repeat(100_000)}`],
])('what separates parts is decoded up to one character more than it may have, %s', async (_, parameters) => {
  const { message, decoded } = await structureOf(`(${PARTS.short} "MIXED" (${parameters}) NIL NIL)`);
  const most = MAIL_LIMITS.boundaryCharacters + 1;
  expect(message.bodyStructure?.parameters).toEqual({ boundary: 'b'.repeat(most) });
  expect(decoded.filter((word) => /^b+$/.test(word)).join('')).toHaveLength(most);
});

it.each([
  ['encoded words', '"BOUNDARY" "=?utf-8?Q?a?="'],
  ['pieces of encoded words', '"BOUNDARY*1" "?utf-8?Q?a?=" "BOUNDARY*0" "="'],
])('%s separate nothing', async (_, parameters) => {
  const { decoded } = await structureOf(`(${PARTS.short} "MIXED" (${parameters}) NIL NIL)`);
  expect(decoded.filter((word) => word.includes('?'))).toEqual([]);
});

it('of a message with too many parts one more is decoded than it may have', async () => {
  const { message, decoded } = await structureOf(`(${PARTS.short.repeat(900)} "MIXED" ("BOUNDARY" "b") NIL NIL)`);
  expect(message.bodyStructure?.childNodes).toHaveLength(MAIL_LIMITS.parts);
  expect(decoded.filter((word) => word === 'PLAIN')).toHaveLength(MAIL_LIMITS.parts);
});

it('of parts inside of each other one more is decoded than there may be', async () => {
  const depth = 80;
  const nested = `${'('.repeat(depth)}${PARTS.short}${' "MIXED" ("BOUNDARY" "b") NIL NIL)'.repeat(depth)}`;
  const { message } = await structureOf(nested);
  let found = 0;
  for (let part = message.bodyStructure; part !== undefined; part = part.childNodes?.[0]) found++;
  expect(found).toBe(MAIL_LIMITS.partDepth + 2);
});

it('of an attached message neither the envelope is decoded nor the parts', async () => {
  const envelope = `(NIL "${LONG}" ${`(("${LONG}" NIL "a" "b"))`.repeat(6)} NIL NIL)`;
  const { message, longest } = await structureOf(
    `("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 90 ${envelope} (${PARTS.text} "MIXED" ("BOUNDARY" "${LONG}") NIL NIL) 5 NIL ${DISPOSITION} NIL NIL)`,
  );
  expect(message.bodyStructure).toMatchObject({ type: 'message/rfc822', size: 90, disposition: 'attachment' });
  expect(longest).toBeLessThan(20);
});

it('what a server says of messages while nothing is fetched is not decoded', async () => {
  const port = await serverOf(
    `* 1 FETCH (UID 1 ENVELOPE (NIL "${LONG}" NIL NIL NIL NIL NIL NIL NIL NIL) FLAGS (x))\r\n`,
  );
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    auth: { user: 'a', pass: 'b' },
    logger: false,
  });
  client.on('error', () => undefined);
  boundMessageStructures(client);
  let told = 0;
  client.on('flags', () => told++);
  await client.connect();
  await client.mailboxOpen('INBOX');
  await client.noop();
  expect(told).toBe(0);
  client.close();
});

it('a connection reads the heads, and the structure, of a message that its server describes in long words', async () => {
  const decodes = jest.spyOn(libmime, 'decodeWords');
  const word = ENCODED.repeat(10_000);
  const header = 'Subject: Fine\r\n\r\n';
  const envelope = `ENVELOPE (NIL "${word}" NIL NIL NIL NIL NIL NIL NIL NIL)`;
  const part = `(("TEXT" "PLAIN" ("NAME" "${word}") NIL NIL "7BIT" 3 1) "MIXED" ("BOUNDARY" "b" "X" "${word}") NIL NIL)`;
  const rows = [
    `* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[HEADER.FIELDS (X)] {${header.length}}\r\n${header} ${envelope})\r\n`,
    `* 1 FETCH (UID 1 BODYSTRUCTURE ${part})\r\n`,
  ];
  const port = await serverOf(rows.join(''));
  const imap = { host: '127.0.0.1', port, tls: 'none', user: 'ada', folder: 'INBOX' } as const;
  const account = {
    address: 'ada@example.com',
    since: 'now',
    after: 'keep',
    imap: { ...imap, auth: { type: 'password', secret: 'sealed' } },
  } as const;
  const opened = { organisationId: 'org_1', account, secret: 'secret' };
  const connection = await ImapConnection.open(opened, AllowList.parse('127.0.0.1'), new AbortController().signal);
  await connection.openFolder('INBOX', true);
  expect((await connection.heads([1, 2])).get(1)).toMatchObject({ subject: 'Fine', size: 9 });
  expect(await connection.structure(1)).toMatchObject({ type: 'multipart/mixed', parameters: { boundary: 'b' } });
  connection.close();
  expect(decodes.mock.calls.map(([text]) => lengthOf(text))).toEqual([1]);
  decodes.mockRestore();
});
