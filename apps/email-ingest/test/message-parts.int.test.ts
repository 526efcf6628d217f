import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { MAIL_LIMITS } from '../src/limits.js';
import type { FakeImapServer } from './fake-imap-server.fixture.js';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';
import { LARGE_BYTES, leaf, multipart, serverOf, type OfLarge } from './large-message.fixture.js';

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

const mailboxAt = async (server: FakeImapServer): Promise<TestMailbox> => {
  servers.push(server);
  return fixture.mailbox({ port: await server.listen(), since: 'all' });
};

const subjectsOf = async (mailbox: TestMailbox, count: number): Promise<string[]> =>
  (await fixture.untilStarted(mailbox, count)).map(({ input }) => (input as { subject: string }).subject);

async function verdictOfLarge(mailbox: TestMailbox): Promise<unknown> {
  expect(await subjectsOf(mailbox, 2)).toEqual(['1', '3']);
  const { verdict, reason } = await fixture.untilDealtWith(app, mailbox, '2');
  return { verdict, reason };
}

const TROUBLE: Record<string, [of: OfLarge, reason: RegExp]> = {
  'is said to have 100,000 parts': [{ structure: multipart(leaf().repeat(100_000)) }, /^The mail server /],
  'is said to have 600 parts': [{ structure: multipart(leaf().repeat(600)) }, /more than 500 parts/],
  'is said to have 5,000 parts inside of each other': [
    { structure: '('.repeat(5_000) + leaf() + ' "MIXED" ("BOUNDARY" "x") NIL NIL NIL)'.repeat(5_000) },
    /^The mail server |inside of each other/,
  ],
  'is said to have nothing': [{ structure: '' }, /does not send what the message consists of/],
  'has a part of which nothing is sent': [{ piece: () => null }, /does not send a part/],
  'has a part that does not end': [{ piece: (_, length) => Buffer.alloc(length, 'A') }, /and sends more/],
  'has a part that ends much too early': [
    { piece: (start) => Buffer.alloc(start === 0 ? 65_536 : 0, 'A') },
    /1500000 bytes and sends only 65536/,
  ],
  'cannot be taken apart': [{ refuses: /BODYSTRUCTURE/ }, /cannot be taken apart/],
  'has a part that is refused': [{ refuses: /\[1\]</ }, /cannot be taken apart/],
  'has parts that are separated by much': [
    { structure: multipart(leaf(), 'x'.repeat(1_000)) },
    /What separates its parts is too long/,
  ],
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
  const structure = multipart(leaf().repeat(100));
  const piece = (start: number, length: number) => Buffer.alloc(Math.min(length, 1_500_000 - start), 'A');
  expect(await verdictOfLarge(await mailboxAt(serverOf({ structure, piece })))).toMatchObject({
    verdict: 'unreadable',
    reason: expect.stringMatching(/sends more than 3145728 bytes/) as string,
  });
}, 120_000);

it('passes a large message whose parts arrive too slowly', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'largeMs', 500);
  jest.replaceProperty(MAIL_LIMITS, 'largeBytesPerSecond', Infinity);
  const mailbox = await mailboxAt(serverOf({ piece: (_, length) => sleep(200, Buffer.alloc(length, 'A')) }));
  expect(await verdictOfLarge(mailbox)).toMatchObject({
    verdict: 'unreadable',
    reason: expect.stringMatching(/takes more than 500 ms/) as string,
  });
}, 120_000);

it('gives a large message time by its size', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'largeMs', 500);
  jest.replaceProperty(MAIL_LIMITS, 'largeBytesPerSecond', LARGE_BYTES / 60);
  const piece = (start: number, length: number) => sleep(200, Buffer.alloc(Math.min(length, 1_500_000 - start), 'A'));
  expect(await subjectsOf(await mailboxAt(serverOf({ piece })), 3)).toEqual(['1', '', '3']);
}, 120_000);

it('refuses a large message whose parts have long heads, and does not fetch all of them', async () => {
  const mailbox = await fixture.mailbox({ since: 'all' });
  const part = `--x\r\nX-Long: ${'a'.repeat(200_000)}\r\n\r\nb\r\n`;
  const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const fetches = jest.spyOn(ImapConnection.prototype, 'sections');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Heads', { headers, body: `${part.repeat(100)}--x--` }));
  expect(await fixture.untilDealtWith(app, mailbox, 'Heads')).toMatchObject({
    verdict: 'unreadable',
    reason: 'Its headers and what separates its parts are too large',
  });
  expect(fetches).toHaveBeenCalledTimes(4);
}, 120_000);

it('passes a large message over a part of which its server stalls', async () => {
  const limits: { commandMs: number } = MAIL_LIMITS;
  jest.replaceProperty(limits, 'commandMs', 2_000);
  expect(await verdictOfLarge(await mailboxAt(serverOf({ piece: () => new Promise(() => undefined) })))).toMatchObject({
    verdict: 'unreadable',
    reason: expect.stringMatching(/did not respond within 2000 ms/) as string,
  });
}, 120_000);

it('counts the time in which the server says whether a large message is still there', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'largeMs', 1_500);
  jest.replaceProperty(MAIL_LIMITS, 'largeBytesPerSecond', Infinity);
  // Each part is a little smaller than the server says.
  const server = serverOf({
    structure: multipart(leaf(14).repeat(30)),
    piece: (start) => Buffer.from(start === 0 ? 'QUJD' : ''),
  });
  server.searchMs = 700;
  expect(await verdictOfLarge(await mailboxAt(server))).toMatchObject({
    verdict: 'unreadable',
    reason: expect.stringMatching(/takes more than 1500 ms/) as string,
  });
}, 120_000);

it('does not put together a large message of which little is more than what separates its parts', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'reducedBytes', 30_000);
  const structure = multipart(leaf(0).repeat(100), 'x'.repeat(200));
  expect(await verdictOfLarge(await mailboxAt(serverOf({ structure })))).toMatchObject({
    verdict: 'unreadable',
    reason: 'Its headers and what separates its parts are too large',
  });
}, 120_000);
