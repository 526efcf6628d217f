import { AppError } from './errors.js';
import type { MailboxPatch, MailboxRequest } from './http/mailboxes.js';
import type { MailboxAccount } from './snapshots.js';

const MOVE = 'move:';
const PORTS = { implicit: 993, starttls: 143, none: 143 } as const;

/** Where a secret goes: to whom it was given, and to nobody else. */
const DESTINATION = ['host', 'port', 'tls', 'user'] as const;

/** The account of a new mailbox, with its sealed secret. */
export function newAccount({ address, imap, ...request }: MailboxRequest, secret: string): MailboxAccount {
  const { host, tls = 'implicit', port = PORTS[tls], user, auth, folder = 'INBOX' } = imap;
  const { since = 'now', after = 'keep' } = request;
  return withOtherFolder({
    address: address.toLowerCase(),
    imap: { host, port, tls, user, auth: { type: auth.type ?? 'password', secret }, folder },
    since,
    after,
  });
}

/** The folder to which messages of an account are moved; null where they are not. */
export function moveFolderOf({ after }: Pick<MailboxAccount, 'after'>): string | null {
  return after.startsWith(MOVE) ? after.slice(MOVE.length) : null;
}

/**
 * The account with a change; `secret` is the new one, sealed, if one was given. Throws INVALID_INPUT when the stored secret
 * would go somewhere else than before: who may change a mailbox must not learn it that way.
 */
export function changedAccount(
  account: MailboxAccount,
  { address, imap = {}, after }: Partial<MailboxPatch>,
  secret: string | undefined,
): MailboxAccount {
  const { auth, ...server } = withoutUndefined(imap);
  const next = { ...account.imap, ...server };
  // Another kind of TLS is on another port, where the usual one was used and the change says none.
  const isUsual = account.imap.port === PORTS[account.imap.tls];
  if (imap.tls !== undefined && imap.port === undefined && isUsual) next.port = PORTS[imap.tls];
  const moved = DESTINATION.filter((member) => next[member] !== account.imap[member]);
  if (moved.length > 0 && secret === undefined) throw secretMissing(moved);
  return withOtherFolder({
    ...account,
    address: address?.toLowerCase() ?? account.address,
    imap: {
      ...next,
      auth: { type: auth?.type ?? account.imap.auth.type, secret: secret ?? account.imap.auth.secret },
    },
    after: after ?? account.after,
  });
}

/** A message that is moved to the folder that is watched would be there as a new one, without end. */
function withOtherFolder(account: MailboxAccount): MailboxAccount {
  const folder = moveFolderOf(account);
  // Servers may take names that differ in the case of letters alone for one.
  if (folder === null || folder.toLowerCase() !== account.imap.folder.toLowerCase()) return account;
  const message = 'must name another folder than the one that is watched';
  throw new AppError('INVALID_INPUT', {
    message: `after ${message}`,
    details: { issues: [{ path: 'after', message }] },
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}

function secretMissing(moved: readonly string[]): AppError {
  const message = `must be given again with a change of ${moved.join(', ')}: the stored secret goes nowhere else`;
  return new AppError('INVALID_INPUT', {
    message: `imap.auth.secret ${message}`,
    details: { issues: [{ path: 'imap.auth.secret', message }] },
  });
}
