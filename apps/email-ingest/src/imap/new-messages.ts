import type { ImapFlow, SearchObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { COMMAND } from './command-limits.js';
import { ImapFailure } from './imap-failure.error.js';
import type { ServerLine } from './server-line.js';

/** What a folder has above a UID. */
export interface NewMessages {
  /** The lowest ones, in their order. */
  readonly uids: readonly number[];
  /** The highest one of all, which need not be among these. */
  readonly highest: number;
  /** Whether there may be others above these. */
  readonly hasMore: boolean;
}

/**
 * Searches the open folder for UIDs above one, a page of them. A search for all would find as many as a server likes to name, in few bytes, so it is
 * made among the last messages only: mostly what is new is among them. Where more is new, the end of its first page is looked up.
 */
export async function messagesAbove(line: ServerLine, uid: number): Promise<NewMessages> {
  const first = Math.max(1, messagesOf(line.client) - MAIL_LIMITS.pageMessages + 1);
  const range = { uid: `${uid + 1}:*` };
  const last = await searched(line, first === 1 ? range : { ...range, seq: `${first}:*` });
  // A server returns the last message when there is none above.
  const uids = last.filter((one) => one > uid);
  const highest = uids.at(-1) ?? uid;
  const end =
    first === 1 || uids.length === 0 ? null : await line.within(COMMAND, (client) => endOfPage(client, uid, first));
  if (end === null) return { uids, highest, hasMore: false };
  // By UIDs: what places messages have may change with this very command.
  const page = (await searched(line, { uid: `${uid + 1}:${end}` })).filter((one) => one > uid && one <= end);
  // None where all of them are gone meanwhile: the next look finds the others.
  return { uids: page, highest: Math.max(highest, end), hasMore: page.length > 0 };
}

/** The lowest UID of those of the last messages, a page of them, that a query finds; null when it finds none. */
export async function firstOfLast(line: ServerLine, query: SearchObject): Promise<number | null> {
  const first = Math.max(1, messagesOf(line.client) - MAIL_LIMITS.pageMessages + 1);
  return (await searched(line, { ...query, seq: `${first}:*` }))[0] ?? null;
}

/** UIDs in their order. */
export async function searched(line: ServerLine, query: SearchObject): Promise<number[]> {
  const found = await line.within(COMMAND, (client) => client.search(query, { uid: true }));
  if (!Array.isArray(found)) throw line.failure('The folder cannot be searched');
  return found;
}

/**
 * The UID at which the first page of what is above a UID ends; null when all of that was found in a search from the place `first` on. That is so if the
 * message at this place is not above the UID, also when others were deleted since: it had the same place then, or a later one.
 */
async function endOfPage(client: ImapFlow, uid: number, first: number): Promise<number | null> {
  const messages = messagesOf(client);
  let above = Math.min(first, messages);
  if (above === 0 || (await uidAt(client, above)) <= uid) return null;
  const { pageMessages } = MAIL_LIMITS;
  let notAbove = 0;
  while (above - notAbove > Math.max(1, pageMessages / 2)) {
    const middle = Math.floor((notAbove + above) / 2);
    if ((await uidAt(client, middle)) > uid) above = middle;
    else notAbove = middle;
  }
  const end = await uidAt(client, Math.min(notAbove + pageMessages, messages));
  if (end <= uid) throw new ImapFailure('The mail server numbers messages out of their order', 'other');
  return end;
}

async function uidAt(client: ImapFlow, place: number): Promise<number> {
  const message = await client.fetchOne(String(place), { uid: true });
  if (message === false || !message.uid)
    throw new ImapFailure('The mail server does not say which messages are new', 'other');
  return message.uid;
}

function messagesOf({ mailbox }: ImapFlow): number {
  return mailbox === false ? 0 : mailbox.exists;
}
