import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { ActiveSnapshot, AppError, newId } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { waitUntil } from '@millrace/testing';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { MAIL_LIMITS } from '../src/limits.js';
import type { FakeImapServer } from './fake-imap-server.fixture.js';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';
import { leaf, multipart, serverOf } from './large-message.fixture.js';

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

/** A message that is not held as a whole, with a file. */
function largeMessage(mailbox: TestMailbox, subject: string): string {
  const file = ['--x', 'Content-Disposition: attachment; filename=a.bin', '', 'a'.repeat(MAIL_LIMITS.messageBytes)];
  const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  return aMessage(mailbox.address, subject, { headers, body: [...file, '--x--'].join('\r\n') });
}

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
  const structure = multipart(leaf(4).repeat(2));
  const server = serverOf({ structure, piece: (start) => Buffer.from(start === 0 ? 'QUJD' : '') });
  const store = jest.spyOn(app.get<Bus>(BUS).files, 'store');
  let isFull = true;
  const charge = jest.spyOn(app.get(StorageQuota), 'charge');
  jest.spyOn(app.get(StorageQuota), 'require').mockImplementation(() => {
    if (isFull && charge.mock.calls.some(([, bytes]) => bytes === 3)) throw new AppError('QUOTA_EXCEEDED');
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

it('is over a large message that somebody expunges while it is fetched, and makes no file of what it has of the rest', async () => {
  const server = serverOf({
    structure: multipart(leaf(4) + leaf()),
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
  const found = await Promise.all(ids.map((id) => files.find(mailbox.organisationId, id)));
  expect(found).toEqual([expect.objectContaining({ size: 3 }), null]);
}, 120_000);

it('stores all of an attachment of which the server sends little at a time', async () => {
  const content = Buffer.from(Array.from({ length: 3_300 }, (_, index) => index % 251));
  const encoded = Buffer.from(content.toString('base64'));
  const server = serverOf({
    structure: multipart(leaf(encoded.length)),
    piece: (start, length) => encoded.subarray(start, start + Math.min(length, 1_000)),
  });
  const mailbox = await mailboxAt(server);
  const [, large] = await fixture.untilStarted(mailbox, 3);
  const [file] = await fixture.bus.files.list(mailbox.organisationId, large?.execution_id ?? '');
  expect(file).toMatchObject({ size: content.length, sha256: createHash('sha256').update(content).digest('hex') });
}, 120_000);

it('counts what it has stored of an attachment though the rest does not come', async () => {
  const charge = jest.spyOn(app.get(StorageQuota), 'charge');
  const piece = (start: number, length: number) => (start > 1_000_000 ? null : Buffer.alloc(length, 'A'));
  const mailbox = await mailboxAt(serverOf({ structure: multipart(leaf(5_000_000)), piece }));
  expect(await verdictOfLarge(mailbox)).toMatchObject({ verdict: 'unreadable' });
  const charged = charge.mock.calls.filter(([id, bytes]) => id === mailbox.organisationId && bytes > 100_000);
  // Of each attempt.
  expect(charged.length).toBeGreaterThanOrEqual(MAIL_LIMITS.messageAttempts);
}, 120_000);

it('stops storing an attachment when it leaves its organisation no room', async () => {
  const charge = jest.spyOn(app.get(StorageQuota), 'charge');
  jest.spyOn(app.get(StorageQuota), 'require').mockImplementation(() => {
    if (charge.mock.calls.some(([, bytes]) => bytes > 100_000)) throw new AppError('QUOTA_EXCEEDED');
  });
  const size = 5_000_000;
  let asked = 0;
  const piece = (start: number, length: number) => {
    asked = Math.max(asked, start);
    return Buffer.alloc(Math.min(length, size - start), 'A');
  };
  const mailbox = await mailboxAt(serverOf({ structure: multipart(leaf(size)), piece }));
  await fixture.untilState(app, mailbox, 'unhealthy');
  expect(asked).toBeLessThan(size / 2);
}, 120_000);

it('keeps a mailbox as long as something of a large message is stored, however long all of it takes', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'stuckMs', 3_000);
  await fixture.end(app);
  app = await fixture.start();
  const size = 12 * MAIL_LIMITS.partPieceBytes;
  let began = 0;
  const server = serverOf({
    structure: multipart(leaf(size)),
    piece: (start, length) => {
      if (start === 0) began++;
      return sleep(1_000, Buffer.alloc(Math.min(length, size - start), 'A'));
    },
  });
  const mailbox = await mailboxAt(server);
  const looks = new Set<string | null | undefined>();
  await waitUntil('all of them', async () => {
    looks.add((await fixture.health(app, mailbox))?.last_poll_at);
    return (await fixture.starts(mailbox)).length === 3;
  });
  expect(await subjectsOf(mailbox, 3)).toEqual(['1', '', '3']);
  expect(began).toBe(1);
  // Each of the three messages is a look, and the second one many: three polls without any would be silence.
  expect(looks.size).toBeGreaterThan(6);
}, 120_000);

it('keeps a mailbox as long as something of a large message arrives, before anything of it is stored', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'stuckMs', 3_000);
  await fixture.end(app);
  app = await fixture.start();
  let began = 0;
  const text = '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 4 1 NIL NIL NIL NIL)';
  const server = serverOf({
    structure: multipart(text.repeat(8)),
    piece: (start) => sleep(1_000, Buffer.from(start === 0 ? 'Text' : '')),
    onQuery: (query) => {
      if (query.includes('BODYSTRUCTURE')) began++;
    },
  });
  expect(await subjectsOf(await mailboxAt(server), 3)).toEqual(['1', '', '3']);
  expect(began).toBe(1);
}, 120_000);
