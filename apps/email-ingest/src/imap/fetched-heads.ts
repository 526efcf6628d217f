import { LoopTurns } from '@millrace/messaging';
import type { FetchMessageObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { textDecoder } from './decoded-text.js';
import { headerFields, type HeaderFields } from './header-fields.js';
import { addressesIn, firstAddress } from './mail-addresses.js';
import type { MessageHead } from './message-head.js';

const DELIVERED = ['delivered-to', 'x-original-to', 'envelope-to'];

/**
 * What a trigger can look at before the message itself is fetched. The server is not asked for its ENVELOPE, which has most of it: the client
 * would decode all names of it in one go.
 */
export const HEADERS = [
  ...['message-id', 'date', 'from', 'subject', 'to', 'cc'],
  ...['auto-submitted', 'precedence', 'return-path', 'x-autoreply', 'x-autorespond', 'x-failed-recipients'],
  ...['list-id', 'list-unsubscribe', 'feedback-id', 'content-type', 'x-workflow-run'],
  ...DELIVERED,
];

/** A date is shorter than that. */
const DATE_CHARACTERS = 200;

/** A part of what a server says of a message, or all of it. */
export type FetchedRow = Partial<FetchMessageObject>;

/** One head, or a slice of a long one, is read in a turn of the event loop, and organisations take turns. */
const turns = new LoopTurns({ atOnce: 1 });

/**
 * The heads of the messages that were asked for by an organisation. A server sends a message in several rows, such as one of its flags when
 * somebody else reads it meanwhile, and rows of messages that nobody asked for. A message that was sent in part is missing.
 */
export async function headsOf(
  owner: string,
  uids: readonly number[],
  rows: readonly FetchedRow[],
): Promise<Map<number, MessageHead>> {
  const merged = new Map<number, FetchedRow>(uids.map((uid) => [uid, {}]));
  for (const row of rows) {
    const known = row.uid === undefined ? undefined : merged.get(row.uid);
    if (known !== undefined) Object.assign(known, withoutUndefined(row));
  }
  const turn = (): Promise<void> => new Promise((resolve) => turns.begin(() => owner, resolve));
  const heads = new Map<number, MessageHead>();
  for (const [uid, row] of merged) {
    const head = await headOf(uid, row, turn);
    if (head !== null) heads.set(uid, head);
  }
  return heads;
}

function withoutUndefined(row: FetchedRow): FetchedRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

async function headOf(
  uid: number,
  { size, internalDate, headers }: FetchedRow,
  turn: () => Promise<void>,
): Promise<MessageHead | null> {
  if (size === undefined || headers === undefined) return null;
  const decode = await textDecoder();
  await turn();
  // A message with a longer header is not read apart either.
  const fields = headerFields(headers.subarray(0, MAIL_LIMITS.headBytes));
  // Of a field that is there twice mail servers have the last one in an ENVELOPE, but all its addresses.
  const textOf = (name: string): string => utf8(fields.get(name)?.at(-1) ?? '');
  const from = firstAddress(utf8(fields.get('from')?.[0] ?? ''));
  return {
    uid,
    size,
    arrivedAt: dateOf(internalDate),
    messageId: textOf('message-id').slice(0, MAIL_LIMITS.headerCharacters) || null,
    date: dateOf(textOf('date').slice(0, DATE_CHARACTERS))?.toISOString() ?? null,
    from: from.address || null,
    fromName: decode(from.name),
    subject: decode(textOf('subject')),
    recipients: await recipientsOf(fields, turn),
    fields,
  };
}

/** First those to whom servers note that they delivered it: they are few, and say most. */
async function recipientsOf(fields: HeaderFields, turn: () => Promise<void>): Promise<string[]> {
  const delivered = DELIVERED.flatMap((name) => fields.get(name) ?? []);
  const recipients = delivered.filter(({ length }) => length <= MAIL_LIMITS.recipientCharacters).map(bare);
  for (const field of ['to', 'cc'].flatMap((name) => fields.get(name) ?? [])) {
    const room = MAIL_LIMITS.recipients - recipients.length;
    if (room > 0) recipients.push(...(await addressesIn(utf8(field), room, turn)));
  }
  return recipients.slice(0, MAIL_LIMITS.recipients);
}

/** Header fields are read as bytes; those that are not ASCII are in UTF-8 if they are right. */
function utf8(field: string): string {
  return Buffer.from(field, 'latin1').toString();
}

function bare(address: string): string {
  return address.replace(/^<|>$/g, '').trim();
}

/** A date as a server gives it; null when it is none. */
export function dateOf(value: Date | string | undefined): Date | null {
  const date = value === undefined ? null : new Date(value);
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}
