import { createHash } from 'node:crypto';
import { LIMITS, type CreditAccount, type CreditEntry, type ModelUse } from '@millrace/contracts';

/* What may become of a balance. Nothing here knows of a clock or a server; times are milliseconds since the epoch. */

/** Until what a call cost is known and written. */
const AFTER_CALL_MS = 60_000;

/** The id of a call, or of a request, in an account: short, since accounts are written whole. */
export function callId(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 16);
}

/** What becomes of a call that costs credits. */
export interface Reserved {
  readonly account: CreditAccount;
  /** `charged`: it was charged already, by an executor that has died since. `busy`: too much is under way, or held back for what is. */
  readonly outcome: 'reserved' | 'charged' | 'insufficient' | 'busy';
}

/** `mayTakeMs`: the time that the call has, if its step says so. */
export interface Reservation {
  readonly id: string;
  readonly amount: number;
  readonly now: number;
  readonly mayTakeMs: number;
}

/** Holds credits back for a call, before it is made; asking again is asking once. */
export function reserve(before: CreditAccount, { id, amount, now, mayTakeMs }: Reservation): Reserved {
  const account = current(before, now);
  if (account.charged.some((one) => one.id === id)) return { account, outcome: 'charged' };
  const others = account.reservations.filter((one) => one.id !== id);
  if (amount > account.balance) return { account: exhausted(account, now), outcome: 'insufficient' };
  const isFull = others.length + account.untold.length >= LIMITS.creditReservations;
  if (isFull || amount > account.balance - sumOf(others)) return { account, outcome: 'busy' };
  const lasts = Math.min(mayTakeMs + AFTER_CALL_MS, LIMITS.creditReservationMostMs);
  const until = now + Math.max(lasts, LIMITS.creditReservationMs);
  return { account: { ...account, reservations: [...others, { id, amount, until }] }, outcome: 'reserved' };
}

/**
 * Charges a call that is over with what it cost, and gives the rest of what was reserved back; with a cost of 0 there is nothing to charge. What is reserved for others stays
 * theirs: a call that cost more than it had reserved takes what is left at most.
 */
export function settle(
  before: CreditAccount,
  {
    id,
    cost,
    now,
    usage,
  }: { readonly id: string; readonly cost: number; readonly now: number; readonly usage: ModelUse },
): CreditAccount {
  if (before.charged.some((one) => one.id === id)) return before;
  const account = current(before, now);
  const reservations = account.reservations.filter((one) => one.id !== id);
  const amount = Math.max(0, Math.min(cost, account.balance - sumOf(reservations)));
  if (cost === 0) return reservations.length === before.reservations.length ? before : { ...account, reservations };
  const charged = [...account.charged, { id, at: now }].slice(-LIMITS.creditsRemembered);
  return entered({ ...account, reservations, charged }, { type: 'usage', amount: -amount, now, usage });
}

/** `request`: names the request that asks for it, where it may be repeated. */
export interface Addition {
  readonly amount: number;
  readonly now: number;
  readonly note?: string | undefined;
  readonly request?: string | undefined;
}

/**
 * Adds to the balance, or takes some of it away: what is there at most. Who was notified that it is low is notified again the next time. A request that has done so already changes
 * nothing.
 */
export function add(before: CreditAccount, { amount, now, note, request }: Addition): CreditAccount {
  const account = remembering(before, request, now);
  if (account === null) return before;
  const balance = Math.min(LIMITS.credits, Math.max(0, account.balance + amount));
  const raised = amount > 0 ? { low_below: lowBelow(balance), told: 'nothing' as const } : {};
  return entered({ ...account, ...raised }, { type: 'added', amount: balance - account.balance, now, note });
}

/** With a request that got a reply now; null when it was before. */
function remembering(account: CreditAccount, request: string | undefined, now: number): CreditAccount | null {
  if (request === undefined) return account;
  const id = callId(request);
  const added = (account.added ?? []).filter(({ at }) => at > now - LIMITS.idempotencyKeyMs);
  if (added.some((one) => one.id === id)) return null;
  return { ...account, added: [...added, { id, at: now }].slice(-LIMITS.creditChangesRemembered) };
}

/** `version`: of the organisation, where it is a change of that which decides on the balance. */
export interface NewBalance {
  readonly balance: number | null;
  readonly now: number;
  readonly version?: number | undefined;
}

/**
 * Gives the organisation this balance, or with null none. A version that is not later than the one that did so last changes nothing: it comes again, or late.
 */
export function set(before: CreditAccount | null, { balance, now, version }: NewBalance): CreditAccount {
  if (before !== null && version !== undefined && version <= (before.set_by_version ?? 0)) return before;
  const account = { ...(before ?? NEW_ACCOUNT), ...(version === undefined ? {} : { set_by_version: version }) };
  if (balance === null) return { ...account, limited: false, reservations: [] };
  const start = account.limited ? account.balance : 0;
  const limited = { ...account, limited: true, balance: start, low_below: lowBelow(balance), told: 'nothing' as const };
  return entered(limited, { type: 'set', amount: balance - start, now });
}

/** The account of an organisation that has none. */
export const NEW_ACCOUNT: CreditAccount = {
  limited: false,
  balance: 0,
  sequence: 0,
  low_below: 0,
  told: 'nothing',
  reservations: [],
  charged: [],
  untold: [],
};

/** How much is held back for calls that are under way. */
export function reservedOf({ reservations }: CreditAccount, now: number): number {
  return sumOf(reservations.filter(({ until }) => until > now));
}

function sumOf(reservations: CreditAccount['reservations']): number {
  return reservations.reduce((sum, { amount }) => sum + amount, 0);
}

function lowBelow(balance: number): number {
  return Math.floor((balance * LIMITS.creditsLowPercent) / 100);
}

/** Without what has expired. */
function current(account: CreditAccount, now: number): CreditAccount {
  const reservations = account.reservations.filter(({ until }) => until > now);
  const charged = account.charged.filter(({ at }) => at > now - LIMITS.creditsRememberedMs);
  const isSame = reservations.length === account.reservations.length && charged.length === account.charged.length;
  return isSame ? account : { ...account, reservations, charged };
}

/** A call was refused: subscribers are notified of the first one. */
function exhausted(account: CreditAccount, now: number): CreditAccount {
  if (account.told === 'exhausted') return account;
  return entered(account, { type: 'exhausted', amount: 0, now });
}

/** With a line in the ledger that has not been sent yet. */
function entered(
  account: CreditAccount,
  { now, ...line }: Pick<CreditEntry, 'type' | 'amount' | 'note' | 'usage'> & { readonly now: number },
): CreditAccount {
  const balance = account.balance + line.amount;
  const sequence = account.sequence + 1;
  const tells: ('low' | 'exhausted')[] = [];
  if (account.told === 'nothing' && balance < account.low_below) tells.push('low');
  if (account.told !== 'exhausted' && (line.type === 'exhausted' || (balance === 0 && line.type === 'usage')))
    tells.push('exhausted');
  const { note, usage, type, amount } = line;
  const entry: CreditEntry = {
    sequence,
    at: new Date(now).toISOString(),
    type,
    amount,
    balance,
    ...(note === undefined ? {} : { note }),
    ...(usage === undefined ? {} : { usage }),
    ...(tells.length === 0 ? {} : { tells }),
  };
  return { ...account, balance, sequence, told: tells.at(-1) ?? account.told, untold: [...account.untold, entry] };
}
