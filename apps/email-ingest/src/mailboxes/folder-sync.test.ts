import type { ImapConnection } from '../imap/imap-connection.js';
import { ImapFailure } from '../imap/imap-failure.error.js';
import type { MessageHead } from '../imap/message-head.js';
import { MAIL_LIMITS } from '../limits.js';
import type { FoundMessage } from '../messages/message-intake.js';
import { FolderSync, type SyncNeeds } from './folder-sync.js';
import { folderKey, type Mailbox } from './mailbox.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import type { CursorChanges, Lease } from './mailbox-cursors.repository.js';
import { TroublesomeMessages } from './troublesome-messages.js';

const NOW = new Date();
const ago = (milliseconds: number): Date => new Date(NOW.getTime() - milliseconds);

const imap = { host: 'imap.example.com', port: 993, tls: 'implicit', user: 'ada', folder: 'INBOX' } as const;
const account = {
  address: 'ada@example.com',
  since: 'now',
  after: 'keep',
  imap: { ...imap, auth: { type: 'password', secret: 'x' } },
} as const;
const mailbox: Mailbox = { id: 'mbx_1', organisationId: 'org_1', account, fingerprint: 'f', settings: 's' };
const lease: Lease = { mailbox, fence: 1 };

/** What the position was before. */
const CURSOR = {
  folder: folderKey(account),
  uid_validity: '1',
  last_uid: 10,
  began_after: null,
  repeated_until: 0,
} as MailboxCursorRecord;

/** What was written, and which messages were taken or passed, in order. */
let done: string[];
/** What taking a message fails with. */
let failure: Error | null;
let troublesome: TroublesomeMessages;

beforeEach(() => {
  done = [];
  failure = null;
  troublesome = new TroublesomeMessages();
});

interface Folder {
  readonly uidValidity?: string;
  readonly uidNext: number;
  /** When the server got each message, by its UID. */
  readonly arrived: Readonly<Record<number, Date | null>>;
}

/** A look at a folder with these messages; returns the position that it leaves. */
async function look({ uidValidity = '1', uidNext, arrived }: Folder, cursor: Partial<MailboxCursorRecord> = {}) {
  const uids = Object.keys(arrived).map(Number);
  const headOf = (uid: number) => ({ uid, size: 1, arrivedAt: arrived[uid] ?? null }) as MessageHead;
  const connection = {
    isClosed: false,
    openFolder: () => Promise.resolve({ uidValidity, uidNext, messages: uids.length }),
    newest: () => Promise.resolve({ uid: Math.max(...uids), arrivedAt: arrived[Math.max(...uids)] ?? null }),
    newAbove: (last: number) =>
      Promise.resolve({ uids: uids.filter((uid) => uid > last), highest: Math.max(last, ...uids), hasMore: false }),
    heads: (some: readonly number[]) => Promise.resolve(new Map(some.map((uid) => [uid, headOf(uid)]))),
  } as unknown as ImapConnection;
  let position: CursorChanges = { ...CURSOR, ...cursor };
  const write = (_: Lease, changes: CursorChanges): Promise<void> => {
    position = { ...position, ...changes };
    if (changes.last_uid !== undefined) done.push(`position ${changes.last_uid}`);
    return Promise.resolve();
  };
  const take = ({ head: { uid } }: FoundMessage): Promise<void> => {
    done.push(`take ${uid}`);
    return failure === null ? Promise.resolve() : Promise.reject(failure);
  };
  const pass: SyncNeeds['intake']['pass'] = (_mailbox, { place }) =>
    Promise.resolve(void done.push(`pass ${place.uid}`));
  const needs: SyncNeeds = {
    cursors: { write, now: () => NOW },
    intake: { take, pass },
    heldHeads: { take: () => Promise.resolve(() => undefined) },
  };
  const sync = new FolderSync(needs, lease, { ...CURSOR, ...cursor }, troublesome);
  await sync.look(connection, new AbortController().signal).catch((error: unknown) => {
    if (error !== failure) throw error;
  });
  return position;
}

it('the position moves behind a message when what it starts is durable, and not before', async () => {
  const folder = { uidNext: 13, arrived: { 11: NOW, 12: NOW } };
  failure = new Error('The database is away');
  expect(await look(folder)).toMatchObject({ last_uid: 10 });
  expect(done).toEqual(['take 11']);
  failure = null;
  done = [];
  expect(await look(folder)).toMatchObject({ last_uid: 12, last_message_at: NOW });
  expect(done).toEqual(['take 11', 'position 11', 'take 12', 'position 12']);
});

describe('when the server numbers all messages anew', () => {
  const anew = (arrived: Folder['arrived'], cursor: Partial<MailboxCursorRecord> = {}) =>
    look({ uidValidity: '2', uidNext: 4, arrived: { 1: NOW, 2: NOW, 3: NOW, ...arrived } }, cursor);
  const taken = () => done.filter((one) => one.startsWith('take'));

  it('all that may be known by its record is looked at again, from the first number on', async () => {
    const position = await anew({ 2: ago(MAIL_LIMITS.knownMs - 60_000), 3: null });
    expect(taken()).toEqual(['take 1', 'take 2', 'take 3']);
    expect(position).toMatchObject({ uid_validity: '2', last_uid: 3, repeated_until: 3 });
  });

  it('what came before the mailbox was connected, or too long ago to be known, starts nothing', async () => {
    await anew({ 1: ago(MAIL_LIMITS.knownMs + 60_000) });
    expect(taken()).toEqual(['take 2', 'take 3']);
    done = [];
    await anew({ 1: ago(3_000), 2: ago(2_000), 3: ago(1_000) }, { began_after: ago(2_000) });
    expect(taken()).toEqual(['take 3']);
  });

  it('what comes behind these is new, however old it says it is', async () => {
    const before = { began_after: ago(1_000), uid_validity: '2', last_uid: 3, repeated_until: 3 };
    await anew({ 4: ago(2 * MAIL_LIMITS.knownMs) }, before);
    expect(taken()).toEqual(['take 4']);
  });

  it('that goes by the newest message where the server does not say which number is next', async () => {
    const position = await look({ uidValidity: '2', uidNext: 1, arrived: { 7: NOW } });
    expect(position).toMatchObject({ repeated_until: 7 });
  });

  it('a message has all its attempts, whatever its number stood for', async () => {
    failure = new ImapFailure('The mail server does not send the message', 'message');
    const attempts = MAIL_LIMITS.messageAttempts - 1;
    for (let attempt = 0; attempt < attempts; attempt++) await look({ uidNext: 12, arrived: { 11: NOW } });
    done = [];
    await look({ uidValidity: '2', uidNext: 12, arrived: { 11: NOW } });
    expect(done).toEqual(['position 0', 'take 11']);
  });
});

it('a message that the server does not send is passed after its attempts, and the next one is taken', async () => {
  failure = new ImapFailure('The mail server does not send the message', 'message');
  for (let attempt = 0; attempt < MAIL_LIMITS.messageAttempts; attempt++)
    await look({ uidNext: 12, arrived: { 11: NOW } });
  expect(done).toEqual(['take 11', 'take 11', 'take 11', 'pass 11', 'position 11']);
});
