import type { INestMicroservice } from '@nestjs/common';
import { MAIL_LIMITS } from '../src/limits.js';
import { FakeImapServer, headRow, sourceOf } from './fake-imap-server.fixture.js';
import { IngestFixture, type TestMailbox } from './ingest.fixture.js';
import { leaf, multipart, serverOf, type OfLarge } from './large-message.fixture.js';

/* Servers that send messages, or parts of them, as a whole, whatever piece they are asked for. */

let fixture: IngestFixture;
let app: INestMicroservice;
const servers: FakeImapServer[] = [];
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await fixture.stop();
  for (const server of servers) server.close();
});

const SUPPORT =
  'The mail server was asked for a piece of the message and sends more: it has to support partial fetches';

async function mailboxAt(server: FakeImapServer): Promise<TestMailbox> {
  servers.push(server);
  return fixture.mailbox({ port: await server.listen(), since: 'all' });
}

const subjectsOf = async (mailbox: TestMailbox, count: number): Promise<string[]> =>
  (await fixture.untilStarted(mailbox, count)).map(({ input }) => (input as { subject: string }).subject);

async function isUnreadable(mailbox: TestMailbox): Promise<void> {
  expect(await subjectsOf(mailbox, 2)).toEqual(['1', '3']);
  expect(await fixture.untilDealtWith(app, mailbox, '2')).toMatchObject({
    verdict: 'unreadable',
    reason: expect.stringContaining(SUPPORT) as string,
  });
}

/** A server whose second message is made longer by so many bytes. */
const serverWith = (more: number): FakeImapServer =>
  new FakeImapServer((socket, { uids, isSource, address }) => {
    for (const uid of uids) {
      const source = sourceOf(uid, address) + (uid === 2 ? 'a'.repeat(more) : '');
      const size = `RFC822.SIZE ${source.length}`;
      if (isSource) socket.write(`* ${uid} FETCH (UID ${uid} ${size} BODY[] {${source.length}}\r\n${source})\r\n`);
      else socket.write(headRow(uid, address).replace(/RFC822\.SIZE \d+/, size));
    }
  });

it('starts by a message of more than a piece, and less than two', async () => {
  const mailbox = await mailboxAt(serverWith(1.5 * MAIL_LIMITS.pieceBytes));
  const [, second] = await fixture.untilStarted(mailbox, 3);
  const { text } = second?.input as { text: string };
  expect(text).toMatch(/^Hello\s+a+\s*$/);
}, 120_000);

it('passes a message of more than two pieces, says what its server has to support, and starts by the next one', async () => {
  await isUnreadable(await mailboxAt(serverWith(2.5 * MAIL_LIMITS.pieceBytes)));
}, 120_000);

it.each<[string, OfLarge]>([
  ['more than was asked for', { structure: multipart(leaf(600_000)), whole: Buffer.alloc(600_000, 'A') }],
  ['more than a response to one command may have', { whole: Buffer.alloc(1_500_000, 'A') }],
  ['more than one response may have', { structure: multipart(leaf(3_000_000)), whole: Buffer.alloc(3_000_000, 'A') }],
])(
  'passes a message with a part of which it sends %s, and says the same',
  async (_, of) => {
    jest.replaceProperty(MAIL_LIMITS, 'messageBytes', 1024 * 1024);
    await isUnreadable(await mailboxAt(serverOf(of)));
  },
  120_000,
);

it('reads a part that is sent as a whole and is no more than was asked for', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'messageBytes', 1024 * 1024);
  const mailbox = await mailboxAt(serverOf({ structure: multipart(leaf(4_000)), whole: Buffer.alloc(4_000, 'A') }));
  expect(await subjectsOf(mailbox, 3)).toEqual(['1', '', '3']);
}, 120_000);
