import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { ActiveSnapshot, AppError, newId } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { MAIL_LIMITS } from '../src/limits.js';
import { FakeImapServer, headRow, sourceRow, type FetchCommand } from './fake-imap-server.fixture.js';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';

let fixture: IngestFixture;
let app: INestMicroservice;
const servers: FakeImapServer[] = [];
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  for (const server of servers) server.close();
});
// So that what is large is small enough for a test.
beforeEach(() => jest.replaceProperty(MAIL_LIMITS, 'messageBytes', 1024 * 1024));
afterEach(() => jest.restoreAllMocks());

const BYTES = 2_000_000;
const LEAF = '("APPLICATION" "ZIP" NIL NIL NIL "BASE64" 1500000 NIL ("ATTACHMENT" NIL) NIL NIL)';
const multipart = (parts: string): string => `(${parts} "MIXED" ("BOUNDARY" "x") NIL NIL NIL)`;
const MIME = 'Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n';

/** What a server sends of the second of its messages, which is large. */
interface OfLarge {
  readonly structure?: string;
  /** The piece of an attachment from a byte on; null for nothing. */
  readonly piece?: (start: number, length: number, part: string) => Buffer | null | Promise<Buffer | null>;
}

const literal = (key: string, content: Buffer | string): string =>
  `${key} {${content.length}}\r\n${content.toString('latin1')}`;

async function sendLarge(socket: Socket, { query, address }: FetchCommand, of: OfLarge): Promise<void> {
  const row = (what: string): unknown => socket.write(Buffer.from(`* 2 FETCH (UID 2 ${what})\r\n`, 'latin1'));
  const { structure = multipart(LEAF), piece } = of;
  const [, part = '', start, length] = /BODY\.PEEK\[(\d)\]<(\d+)\.(\d+)>/.exec(query) ?? [];
  if (query.includes('ENVELOPE')) {
    socket.write(headRow(2, address).replace(/RFC822\.SIZE \d+/, `RFC822.SIZE ${BYTES}`));
  } else if (query.includes('BODYSTRUCTURE')) {
    if (structure !== '') row(`BODYSTRUCTURE ${structure}`);
  } else if (start !== undefined) {
    const content = await (piece ?? (() => Buffer.alloc(0)))(Number(start), Number(length), part);
    if (content !== null) row(literal(`BODY[${part}]<${start}>`, content));
  } else if (/HEADER|MIME/.test(query)) {
    const head = `From: ada@example.org\r\nTo: ${address}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n`;
    const mime = [...query.matchAll(/\[(\d+\.MIME)\]/g)].map(([, name]) => literal(`BODY[${name}]<0>`, MIME));
    row([literal('BODY[HEADER]<0>', head), ...mime].join(' '));
  }
}

/** A server with three messages, the second of which is large. */
function serverOf(of: OfLarge): FakeImapServer {
  const server = new FakeImapServer(async (socket, command) => {
    for (const uid of command.uids) {
      if (uid === 2) await sendLarge(socket, command, of);
      else socket.write((command.isSource ? sourceRow : headRow)(uid, command.address));
    }
  });
  servers.push(server);
  return server;
}

const mailboxAt = async (server: FakeImapServer): Promise<TestMailbox> =>
  fixture.mailbox({ port: await server.listen(), since: 'all' });

const subjectsOf = async (mailbox: TestMailbox, count: number): Promise<string[]> =>
  (await fixture.untilStarted(mailbox, count)).map(({ input }) => (input as { subject: string }).subject);

async function verdictOfLarge(mailbox: TestMailbox): Promise<unknown> {
  expect(await subjectsOf(mailbox, 2)).toEqual(['1', '3']);
  const { verdict, reason } = await fixture.untilDealtWith(app, mailbox, '2');
  return { verdict, reason };
}

const TROUBLE: Record<string, [of: OfLarge, reason: RegExp]> = {
  'is said to have 100,000 parts': [{ structure: multipart(LEAF.repeat(100_000)) }, /^The mail server /],
  'is said to have 600 parts': [{ structure: multipart(LEAF.repeat(600)) }, /more than 500 parts/],
  'is said to have 5,000 parts inside of each other': [
    { structure: '('.repeat(5_000) + LEAF + ' "MIXED" ("BOUNDARY" "x") NIL NIL NIL)'.repeat(5_000) },
    /^The mail server |inside of each other/,
  ],
  'is said to have nothing': [{ structure: '' }, /does not send what the message consists of/],
  'has a part of which nothing is sent': [{ piece: () => null }, /does not send a part/],
  'has a part that does not end': [{ piece: (_, length) => Buffer.alloc(length, 'A') }, /and sends more/],
  'has a part of which more is sent than was asked for': [
    { piece: (_, length) => Buffer.alloc(length + 1, 'A') },
    /and sends more/,
  ],
};

it('passes a large message that its server misbehaves with, and says so', async () => {
  const outcomes = await Promise.all(
    Object.entries(TROUBLE).map(async ([what, [of]]) => [what, await verdictOfLarge(await mailboxAt(serverOf(of)))]),
  );
  const expected = Object.entries(TROUBLE).map(([what, [, reason]]) => [
    what,
    { verdict: 'unreadable', reason: expect.stringMatching(reason) as string },
  ]);
  expect(outcomes).toEqual(expected);
}, 120_000);

it('passes a large message whose parts have more than it may have', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'largeMessageBytes', 3 * 1024 * 1024);
  const structure = multipart(LEAF.repeat(100));
  const piece = (start: number, length: number) => Buffer.alloc(start === 0 ? length : 100_000, 'A');
  expect(await verdictOfLarge(await mailboxAt(serverOf({ structure, piece })))).toMatchObject({
    verdict: 'unreadable',
    reason: expect.stringMatching(/sends more than 3145728 bytes/) as string,
  });
}, 120_000);

it('passes a large message whose parts arrive too slowly', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'largeMs', 500);
  const mailbox = await mailboxAt(serverOf({ piece: (_, length) => sleep(200, Buffer.alloc(length, 'A')) }));
  expect(await verdictOfLarge(mailbox)).toMatchObject({
    verdict: 'unreadable',
    reason: expect.stringMatching(/takes more than 500 ms/) as string,
  });
}, 120_000);

/** A message that is not held as a whole, with a file. */
function largeMessage(mailbox: TestMailbox, subject: string): string {
  const file = ['--x', 'Content-Disposition: attachment; filename=a.bin', '', 'a'.repeat(MAIL_LIMITS.messageBytes)];
  const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  return aMessage(mailbox.address, subject, { headers, body: [...file, '--x--'].join('\r\n') });
}

it('refuses a large message whose parts have long heads, and does not fetch all of them', async () => {
  const mailbox = await fixture.mailbox({ since: 'all' });
  const part = `--x\r\nX-Long: ${'a'.repeat(200_000)}\r\n\r\nb\r\n`;
  const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const fetches = jest.spyOn(ImapConnection.prototype, 'sections');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Heads', { headers, body: `${part.repeat(100)}--x--` }));
  expect(await fixture.untilDealtWith(app, mailbox, 'Heads')).toMatchObject({
    verdict: 'unreadable',
    reason: 'Its headers are too large',
  });
  expect(fetches).toHaveBeenCalledTimes(4);
}, 120_000);

it('stores the attachment of a large message for each workflow that it starts, and fetches it once', async () => {
  const mailbox = await fixture.mailbox({ since: 'all' });
  const other = { ...mailbox, workflowId: newId('workflow') };
  const { organisationId: organisation_id, workflowId: workflow_id } = other;
  const active = { workflow_id, organisation_id, version: 1, status: 'active' as const };
  await fixture.bus.snapshots.put(ActiveSnapshot, active, active);
  await fixture.triggers(other, [{ address: mailbox.address, has_attachment: true }]);
  const fetches = jest.spyOn(ImapConnection.prototype, 'sections');
  fixture.deliver(mailbox, largeMessage(mailbox, 'Large'));
  const starts = [...(await fixture.untilStarted(mailbox, 1)), ...(await fixture.untilStarted(other, 1))];
  const ids = starts.map(({ execution_id }) => execution_id);
  const files = await Promise.all(ids.map((id) => fixture.bus.files.list(organisation_id, id)));
  expect(files.map((all) => all.map(({ name, size }) => [name, size]))).toEqual(
    ids.map(() => [['a.bin', MAIL_LIMITS.messageBytes]]),
  );
  expect(files[1]?.[0]?.sha256).toBe(files[0]?.[0]?.sha256);
  const begins = fetches.mock.calls.filter(([, [wanted]]) => wanted?.name === '1' && wanted.start === 0);
  expect(begins).toHaveLength(1);
}, 120_000);

it('keeps a large message waiting while there is no room for its second attachment, and goes on with that one', async () => {
  const structure = multipart(LEAF.replace('1500000', '4').repeat(2));
  const server = serverOf({ structure, piece: (start) => Buffer.from(start === 0 ? 'QUJD' : '') });
  const store = jest.spyOn(app.get<Bus>(BUS).files, 'store');
  let isFull = true;
  jest.spyOn(app.get(StorageQuota), 'require').mockImplementation(() => {
    if (isFull && store.mock.calls.length > 0) throw new AppError('QUOTA_EXCEEDED');
  });
  const mailbox = await mailboxAt(server);
  await fixture.untilState(app, mailbox, 'unhealthy');
  expect(await subjectsOf(mailbox, 1)).toEqual(['1']);
  isFull = false;
  expect(await subjectsOf(mailbox, 3)).toEqual(['1', '', '3']);
  expect(store).toHaveBeenCalledTimes(2);
}, 120_000);

it('gives the workflow the beginning of a text that is too long to be held, and says so', async () => {
  const reducedBytes = 200_000;
  jest.replaceProperty(MAIL_LIMITS, 'reducedBytes', reducedBytes);
  const mailbox = await fixture.mailbox({ since: 'all' });
  const word = 'a'.repeat(999) + ' ';
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Long', { body: word.repeat(2_000) }));
  const [start] = await fixture.untilStarted(mailbox, 1);
  const { text, truncated, attachments } = start?.input as { text: string; truncated: unknown; attachments: unknown };
  expect([truncated, attachments]).toEqual([['text'], []]);
  expect(word.repeat(2_000).startsWith(text)).toBe(true);
  expect(text.length).toBeGreaterThan(reducedBytes - 2_000);
}, 120_000);

it('is over a large message that somebody expunges while it is fetched, and keeps nothing of it', async () => {
  const server = serverOf({
    structure: multipart(LEAF.replace('1500000', '4') + LEAF),
    piece: (start, length, part) => {
      if (part === '1') return Buffer.from(start === 0 ? 'QUJD' : '');
      if (start > 0) server.gone.add(2);
      return start > 0 ? null : Buffer.alloc(length, 'A');
    },
  });
  const { files } = app.get<Bus>(BUS);
  const store = jest.spyOn(files, 'store');
  const mailbox = await mailboxAt(server);
  expect(await verdictOfLarge(mailbox)).toEqual({ verdict: 'expunged', reason: null });
  const ids = store.mock.calls.map(([{ address }]) => address.file_id);
  expect(ids).toHaveLength(2);
  expect(await store.mock.results[0]?.value).toMatchObject({ size: 3 });
  for (const id of ids) expect(await files.find(mailbox.organisationId, id)).toBeNull();
}, 120_000);
