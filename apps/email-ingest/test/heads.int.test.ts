import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDovecot, type OwnDovecot } from '@millrace/testing';
import { ImapFlow, type FetchMessageObject } from 'imapflow';
import { HEADERS, headsOf } from '../src/imap/fetched-heads.js';
import type { MessageHead } from '../src/imap/message-head.js';
import { CORPUS } from './torture.fixture.js';

/** Where the envelope has no more of several groups than the first one, and where it makes up a domain. */
const DIFFERENT = [
  ['art@vandelay.com', 'james@vandelay.com', 'jane@example.com', 'john@example.com'],
  ['art@vandelay.com', 'james@vandelay.com', 'jane@example.com', 'john@example.com'],
  ['moderator'],
  ['sender@example.com', 'a@b.c', 'd@e.f'],
  ['sender@example.com', 'a@b.c', 'd@e.f', 'x@y.com'],
];

const QUERY = { uid: true, size: true, internalDate: true, envelope: true, headers: HEADERS };
/** What Dovecot says where an address has no part before or behind its `@`. */
const MISSING = /MISSING_/;

let dovecot: OwnDovecot;
beforeAll(async () => {
  dovecot = await startDovecot();
}, 60_000);
afterAll(() => dovecot.stop());

async function rowsOf(messages: readonly Buffer[]): Promise<FetchMessageObject[]> {
  const folder = dovecot.mailFolder('heads');
  for (const part of ['', 'tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true });
  for (const [index, message] of messages.entries())
    writeFileSync(join(folder, 'new', `1700000000.M${index}P1.test`), message, { mode: 0o666 });
  const auth = { user: 'heads', pass: dovecot.password };
  const client = new ImapFlow({ host: '127.0.0.1', port: dovecot.port, secure: false, auth, logger: false });
  await client.connect();
  await client.mailboxOpen('INBOX');
  // It says of all that they are new too, in rows of their own.
  const rows = (await client.fetchAll('1:*', QUERY)).filter(({ envelope }) => envelope !== undefined);
  await client.logout();
  return rows;
}

function said({ envelope = {} }: FetchMessageObject) {
  const addresses = (list: { address?: string | undefined }[] = []): string[] =>
    list.flatMap(({ address }) => (address && !MISSING.test(address) ? [address] : []));
  return {
    messageId: envelope.messageId ?? null,
    date: envelope.date instanceof Date ? envelope.date.toISOString() : null,
    from: addresses(envelope.from)[0] ?? null,
    subject: envelope.subject ?? '',
    recipients: [...addresses(envelope.to), ...addresses(envelope.cc)],
  };
}

it('reads of the heads of real and malformed messages what the server makes of them', async () => {
  const rows = await rowsOf(CORPUS.map(([, source]) => source));
  expect(rows).toHaveLength(208);
  const heads = await headsOf(
    'org',
    rows.map(({ uid }) => uid),
    rows,
  );
  const different = rows.flatMap((row) => {
    const { messageId, date, from, subject, recipients, fields } = heads.get(row.uid) as MessageHead;
    const delivered = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) => fields.get(name) ?? []);
    const read = { messageId, date, from, subject, recipients: recipients.slice(delivered.length) };
    return JSON.stringify(read) === JSON.stringify(said(row)) ? [] : [[from, ...read.recipients]];
  });
  expect(different.map(String).sort()).toEqual(DIFFERENT.map(String));
}, 120_000);
