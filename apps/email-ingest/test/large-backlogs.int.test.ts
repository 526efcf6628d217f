import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { AllowList } from '@millrace/service-kit/safe-http';
import { uniqueName } from '@millrace/testing';
import type { ImapFlow } from 'imapflow';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { MAIL_LIMITS } from '../src/limits.js';
import { aMessage, IngestFixture } from './ingest.fixture.js';

/* More new messages than are searched for at once. */

const PAGE = 10;

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
beforeEach(() => jest.replaceProperty(MAIL_LIMITS, 'pageMessages', PAGE as never));
afterAll(() => fixture.stop());

/** A folder on the server. */
class Folder {
  readonly #user = uniqueName('user');
  #delivered = 0;

  deliver(messages: number): void {
    const path = fixture.dovecot.mailFolder(this.#user);
    for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(path, part), { recursive: true });
    for (let count = 0; count < messages; count++) {
      const name = `${1_700_000_000 + ++this.#delivered}.M1P1.test`;
      writeFileSync(join(path, 'new', name), aMessage('ada@example.com', name), { mode: 0o666 });
    }
    // Numbers are given when somebody looks.
    fixture.dovecot.doveadm('index', '-u', this.#user, 'INBOX');
  }

  nextUid(uid: number): void {
    fixture.dovecot.doveadm('mailbox', 'update', '-u', this.#user, '--min-next-uid', String(uid), 'INBOX');
  }

  delete(uids: string): void {
    fixture.dovecot.doveadm('expunge', '-u', this.#user, 'mailbox', 'INBOX', 'uid', uids);
  }

  async open(): Promise<{ connection: ImapConnection; client: ImapFlow }> {
    const { port, password: secret } = fixture.dovecot;
    const imap = { host: '127.0.0.1', port, tls: 'none', user: this.#user, folder: 'INBOX' } as const;
    const auth = { type: 'password', secret: 'sealed' } as const;
    const account = { address: 'ada@example.com', since: 'now', after: 'keep', imap: { ...imap, auth } } as const;
    const opened = { organisationId: 'org_1', account, secret };
    const { signal } = new AbortController();
    const connection = await ImapConnection.open(opened, AllowList.parse('127.0.0.1'), signal);
    await connection.openFolder('INBOX', true);
    const { client } = (connection as unknown as { line: { client: ImapFlow } }).line;
    return { connection, client };
  }
}

/** Reads pages until there is nothing more above a UID. */
async function allAbove(connection: ImapConnection, uid: number, between: () => void = () => undefined) {
  const pages: (readonly number[])[] = [];
  for (let hasMore = true, above = uid; hasMore;) {
    const found = await connection.newAbove(above);
    pages.push(found.uids);
    above = found.uids.at(-1) ?? above;
    hasMore = found.hasMore;
    between();
  }
  return pages;
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

it('they are found in their order, once each, in pages, however far apart their numbers are', async () => {
  const folder = new Folder();
  folder.deliver(23);
  folder.nextUid(1_000_001);
  folder.deliver(34);
  folder.delete('5:8,1000010');
  const { connection } = await folder.open();
  const all = [1, 2, 3, 4, ...range(9, 23), ...range(1_000_001, 1_000_034)].filter((uid) => uid !== 1_000_010);
  for (const uid of [0, 3, 4, 6, 22, 23, 500_000, 1_000_009, 1_000_023, 1_000_024, 1_000_025, 1_000_033, 1_000_034]) {
    const pages = await allAbove(connection, uid);
    expect(pages.flat()).toEqual(all.filter((one) => one > uid));
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(PAGE);
    for (const page of pages.slice(0, -1)) expect(page.length).toBeGreaterThanOrEqual(PAGE / 2);
    const { highest } = await connection.newAbove(uid);
    expect(highest).toBe(1_000_034);
  }
  connection.close();
});

it('none is left out when others are deleted meanwhile', async () => {
  const folder = new Folder();
  folder.deliver(60);
  const { connection } = await folder.open();
  const deletions = ['1:8', '9:12,21:24', '40:48', '55:60'];
  const pages = await allAbove(connection, 10, () => {
    const uids = deletions.shift();
    if (uids !== undefined) folder.delete(uids);
  });
  const found = pages.flat();
  expect(found).toEqual([...found].sort((a, b) => a - b));
  expect(found).toEqual(expect.arrayContaining([...range(11, 20), ...range(25, 39), ...range(49, 54)]));
  expect(new Set(found).size).toBe(found.length);
  connection.close();
});

it('it takes one search to see that there is nothing new, and few commands where much is', async () => {
  const folder = new Folder();
  folder.deliver(200);
  const { connection, client } = await folder.open();
  const searches = jest.spyOn(client, 'search');
  const fetches = jest.spyOn(client, 'fetchOne');
  await connection.newAbove(200);
  expect([searches.mock.calls.length, fetches.mock.calls.length]).toEqual([1, 0]);
  expect((await connection.newAbove(197)).uids).toEqual([198, 199, 200]);
  expect([searches.mock.calls.length, fetches.mock.calls.length]).toEqual([2, 1]);
  const { uids } = await connection.newAbove(100);
  expect(uids[0]).toBe(101);
  expect(searches).toHaveBeenCalledTimes(4);
  // Half of what is left each time, until it is half a page.
  expect(fetches.mock.calls.length - 1).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(200 / (PAGE / 2))));
  connection.close();
});

it('each of them starts its workflow, in its turn, also one that is like another of a former page', async () => {
  const mailbox = await fixture.mailbox({ port: 9, since: 'all', after: 'move:Done' });
  const alike = (text: string): string =>
    `From: shop@example.com\r\nTo: ${mailbox.address}\r\nSubject: Order\r\n\r\n${text}\r\n`;
  const texts = range(100, 130).map(String);
  for (const text of texts) fixture.deliver(mailbox, alike(text));
  const folder = join(fixture.dovecot.mailFolder(mailbox.user), 'new');
  const arrived = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), arrived, arrived);
  await fixture.publish(mailbox, { since: 'all', after: 'move:Done' });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Last'));
  await fixture.untilDealtWith(app, mailbox, 'Last');
  const started = (await fixture.starts(mailbox)).map(({ input }) => (input as { text: string }).text.trim());
  expect(started.slice(0, texts.length)).toEqual(texts);
  expect(started).toHaveLength(texts.length + 1);
});
