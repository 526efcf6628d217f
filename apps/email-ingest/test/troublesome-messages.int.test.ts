import type { Socket } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { FakeImapServer, headRow, sourceRow, type FetchCommand } from './fake-imap-server.fixture.js';
import { IngestFixture, type TestMailbox } from './ingest.fixture.js';

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

/** Sends heads and messages as servers do, the second one otherwise. */
function sending(ofSecond: { head?: Row; source?: Row }): (socket: Socket, command: FetchCommand) => void {
  return (socket, { uids, isSource, address }) => {
    const usual = isSource ? sourceRow : headRow;
    const otherwise = (isSource ? ofSecond.source : ofSecond.head) ?? usual;
    for (const uid of uids) socket.write((uid === 2 ? otherwise : usual)(uid, address));
  };
}

type Row = (uid: number, address: string) => string;

async function mailboxOf(ofSecond: { head?: Row; source?: Row }): Promise<TestMailbox> {
  const server = new FakeImapServer(sending(ofSecond));
  servers.push(server);
  return fixture.mailbox({ port: await server.listen(), since: 'all' });
}

const subjectsOf = async (mailbox: TestMailbox, count: number): Promise<string[]> =>
  (await fixture.untilStarted(mailbox, count)).map(({ input }) => (input as { subject: string }).subject);

it('starts by a message whose flags change while it is looked at', async () => {
  const mailbox = await mailboxOf({
    head: (uid, address) => `${headRow(uid, address)}* ${uid} FETCH (UID ${uid} FLAGS (\\Seen))\r\n`,
  });
  expect(await subjectsOf(mailbox, 3)).toEqual(['1', '2', '3']);
});

const TROUBLE: Record<string, { head?: Row; source?: Row }> = {
  'no head is sent': { head: () => '' },
  'the head is larger than a response may be': {
    head: (uid, address) => headRow(uid, address, `X: ${'a'.repeat(3 * 1024 * 1024)}\r\n`),
  },
  'the head has more words than a response may have': {
    head: (uid, address) =>
      headRow(uid, address).replace('INTERNALDATE', `FLAGS (${'a '.repeat(250_000)}a) INTERNALDATE`),
  },
  'no source is sent': { source: () => '' },
  'another piece is sent': { source: (uid, address) => sourceRow(uid, address).replace('BODY[]', 'BODY[]<7>') },
  'more is sent than was announced': {
    source: (uid, address) => sourceRow(uid, address, 'a'.repeat(1024 * 1024 + 1024)),
  },
};

it.each(Object.entries(TROUBLE))('passes a message of which %s, and says so', async (_, ofSecond) => {
  const mailbox = await mailboxOf(ofSecond);
  expect(await subjectsOf(mailbox, 2)).toEqual(['1', '3']);
  const messages = await waitUntil('the verdicts', async () => {
    const found = await fixture.messages(app, mailbox);
    return found.length === 3 && found.every(({ verdict }) => verdict !== 'pending') ? found : null;
  });
  const unreadable = messages.filter(({ verdict }) => verdict === 'unreadable');
  expect(unreadable).toHaveLength(1);
  expect(unreadable[0]?.reason).toMatch(/^The mail server /);
});
