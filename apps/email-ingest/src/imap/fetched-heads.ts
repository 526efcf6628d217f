import type { FetchMessageObject } from 'imapflow';
import { headerFields } from './header-fields.js';
import type { MessageHead } from './message-head.js';

/** What a trigger can look at before the message itself is fetched. */
export const HEADERS = [
  ...['auto-submitted', 'precedence', 'return-path', 'x-autoreply', 'x-autorespond', 'x-failed-recipients'],
  ...['list-id', 'list-unsubscribe', 'feedback-id', 'content-type', 'x-workflow-run'],
  ...['delivered-to', 'x-original-to', 'envelope-to'],
];

/** A part of what a server says of a message, or all of it. */
export type FetchedRow = Partial<FetchMessageObject>;

/**
 * The heads of the messages that were asked for. A server sends a message in several rows, such as one of its flags when somebody
 * else reads it meanwhile, and rows of messages that nobody asked for. A message that was sent in part is missing.
 */
export function headsOf(uids: readonly number[], rows: readonly FetchedRow[]): Map<number, MessageHead> {
  const merged = new Map<number, FetchedRow>(uids.map((uid) => [uid, {}]));
  for (const row of rows) {
    const known = row.uid === undefined ? undefined : merged.get(row.uid);
    if (known !== undefined) Object.assign(known, withoutUndefined(row));
  }
  const heads = [...merged].map(([uid, row]) => [uid, headOf(uid, row)] as const);
  return new Map(heads.filter((entry): entry is [number, MessageHead] => entry[1] !== null));
}

function withoutUndefined(row: FetchedRow): FetchedRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

function headOf(uid: number, { size, internalDate, envelope, headers }: FetchedRow): MessageHead | null {
  if (size === undefined || envelope === undefined || headers === undefined) return null;
  const fields = headerFields(headers);
  const addressesOf = (list: { address?: string | undefined }[] = []): string[] =>
    list.flatMap(({ address }) => (address ? [address] : []));
  const delivered = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) => fields.get(name) ?? []);
  return {
    uid,
    size,
    arrivedAt: dateOf(internalDate),
    messageId: envelope.messageId?.trim() || null,
    date: dateOf(envelope.date)?.toISOString() ?? null,
    from: addressesOf(envelope.from)[0] ?? null,
    fromName: envelope.from?.[0]?.name ?? '',
    subject: envelope.subject ?? '',
    recipients: [...addressesOf(envelope.to), ...addressesOf(envelope.cc), ...delivered.map(bare)],
    fields,
  };
}

function bare(address: string): string {
  return address.replace(/^<|>$/g, '').trim();
}

/** A date as a server gives it; null when it is none. */
export function dateOf(value: Date | string | undefined): Date | null {
  const date = value === undefined ? null : new Date(value);
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}
