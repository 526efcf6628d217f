import { setImmediate as turn } from 'node:timers/promises';
import { MAIL_LIMITS } from '../limits.js';
import { HEADERS, headsOf, type FetchedRow } from './fetched-heads.js';
import type { MessageHead } from './message-head.js';

const HEADER = ['Subject: Order', 'To: ada@example.com', 'Delivered-To: <alias@example.com>'];
const full = { uid: 17, size: 100, headers: Buffer.from(`${HEADER.join('\r\n')}\r\n\r\n`) };

const heads = (uids: number[], rows: FetchedRow[]): Promise<Map<number, MessageHead>> => headsOf('org', uids, rows);

async function headWith(...fields: string[]): Promise<MessageHead> {
  const found = await heads([1], [{ uid: 1, size: 1, headers: Buffer.from(`${fields.join('\r\n')}\r\n\r\n`) }]);
  return found.get(1)!;
}

it('keeps what is known of a message when a later row has its flags only', async () => {
  const found = await heads([17], [full, { uid: 17, flags: new Set(['\\Seen']), size: undefined }]);
  expect(found.get(17)).toMatchObject({ size: 100, recipients: ['alias@example.com', 'ada@example.com'] });
});

it('puts a message together that came in several rows', async () => {
  const { headers, ...rest } = full;
  expect((await heads([17], [{ uid: 17, headers }, rest])).get(17)?.subject).toBe('Order');
});

it('has nothing of a message that came in part, nor of one that nobody asked for', async () => {
  expect((await heads([17, 18], [{ uid: 17, flags: new Set() }, full, { ...full, uid: 19 }])).size).toBe(1);
  for (const member of ['size', 'headers'])
    expect((await heads([17], [{ ...full, [member]: undefined }])).size).toBe(0);
});

it('reads what a message says of itself: decoded, unfolded, and in UTF-8', async () => {
  const head = await headWith(
    'Message-ID: <1@example.org>',
    'Date: Thu, 26 Nov 2026 13:00:00 +0100 (CET)',
    'From: =?utf-8?Q?Ada_L=C3=B6velace?=\r\n <ada@example.org>, other@example.org',
    'Subject: =?utf-8?B?QmVzdMOk?=\r\n =?utf-8?B?dGlndW5n?=\r\n of 12',
  );
  expect(head).toMatchObject({
    messageId: '<1@example.org>',
    date: '2026-11-26T12:00:00.000Z',
    from: 'ada@example.org',
  });
  expect(head).toMatchObject({ fromName: 'Ada Lövelace', subject: 'Bestätigung of 12' });
  expect(await headWith('Subject: Bestätigung')).toMatchObject({ subject: 'Bestätigung', from: null, messageId: null });
});

it('has all recipients: with commas in names and comments, of groups, and of fields that are there twice', async () => {
  const { recipients } = await headWith(
    'To: "Lovelace, Ada" <a@example.com>, b@example.com (b, or (c, d)), Team: c@example.com, "\\", x" <d@example.com>;, e@example.com',
    'To: Hopper, Grace <f@example.com>',
    'Cc: undisclosed-recipients:;,\r\n\t=?utf-8?Q?G=2C_H?= <g@example.com>, nobody',
    'X-Original-To: h@example.com',
  );
  expect(recipients).toEqual(['h', 'a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}@example.com`));
});

it.each(['Delivered-To', 'X-Original-To', 'Envelope-To'])('has who is named by %s as a recipient', async (name) => {
  const { recipients } = await headWith('To: list@example.net', `${name}: <alias@example.com>`);
  expect(recipients).toEqual(['alias@example.com', 'list@example.net']);
  // A server sends no other fields than it is asked for.
  expect(HEADERS).toContain(name.toLowerCase());
});

it('leaves out recipients that are too many or too long, but none to whom a server has delivered it', async () => {
  const many = Array.from({ length: 1_500 }, (_, index) => `${index}@example.com`).join(', ');
  const long = `${'x'.repeat(MAIL_LIMITS.recipientCharacters)} <long@example.com>`;
  const { recipients } = await headWith(`To: ${long}, ${many}`, 'Cc: c@example.com', 'Delivered-To: d@example.com');
  expect(recipients).toHaveLength(MAIL_LIMITS.recipients);
  expect(recipients.slice(0, 2)).toEqual(['d@example.com', '0@example.com']);
});

it('reads so many fields', async () => {
  const fields = Array.from({ length: MAIL_LIMITS.headLines - 1 }, () => 'X: y');
  expect((await headWith(...fields, 'Subject: Last')).subject).toBe('Last');
  expect((await headWith(...fields, 'X: y', 'Subject: Beyond')).subject).toBe('');
});

it('decodes so many characters and words of a subject', async () => {
  const words = (count: number): string => Array.from({ length: count }, () => '=?x?Q?a?=').join('.');
  const { subject, fromName } = await headWith(`Subject: ${words(1_000)}`, `From: "${words(300)}" <ada@example.org>`);
  expect([subject, fromName]).toEqual(Array(2).fill(Array(MAIL_LIMITS.encodedWords).fill('a').join('.')));
  expect((await headWith(`Subject: ${'a'.repeat(10_000)}`)).subject).toHaveLength(MAIL_LIMITS.subjectCharacters);
});

it('has turns for everything else, and for other organisations, while it reads long heads', async () => {
  const names = Array.from({ length: 8 }, () => '=?x?Q?a?=').join('.');
  const to = Array.from({ length: 9_000 }, (_, index) => `${names} <${index}@example.com>`).join(', ');
  const row = { size: 1, headers: Buffer.from(`To: ${to}\r\n\r\n`) };
  const uids = Array.from({ length: 20 }, (_, index) => index + 1);
  let isRead = false;
  const hostile = headsOf(
    'hostile',
    uids,
    uids.map((uid) => ({ ...row, uid })),
  ).then(() => (isRead = true));
  let turns = 0;
  const other = heads([17], [full]);
  await other;
  expect(isRead).toBe(false);
  while (!isRead) {
    await turn();
    turns++;
  }
  expect(await hostile).toBe(true);
  // Of each head the first thousand recipients, some 100 KB, in slices of 8 KiB.
  expect(turns).toBeGreaterThan(20 * 10);
});
