import { idTime, LIMITS } from '@millrace/contracts';

/** What a workflow says of starts above its limit. */
export type OnConflict = 'queue' | 'skip' | 'cancel_running';

/** An execution that has a slot. */
export interface Running {
  readonly id: string;
  /** It was given its slot by another one, and has not asked since: it may be asleep. */
  readonly untold?: boolean | undefined;
  /** It has been cancelled, so that nobody needs to do so any more; the slot is its own until it has ended. */
  readonly cancelled?: boolean | undefined;
}

/** Who of those that share a limit may run, and who waits for that, the first one first: ids of executions. */
export interface Slots {
  readonly running: readonly Running[];
  readonly waiting: readonly string[];
}

/** What a workflow says of its concurrency. */
export interface Limit {
  readonly limit: number;
  readonly onConflict: OnConflict;
}

export const NO_SLOTS: Slots = { running: [], waiting: [] };

/** What becomes of an execution that asks for a slot. */
export interface Taken {
  readonly slots: Slots;
  /** `full`: so many wait already that this one may not. `replaced`: as many newer ones as may run have come before it. */
  readonly outcome: 'running' | 'waiting' | 'skipped' | 'full' | 'replaced';
  /**
   * Those that are to be cancelled in its place, {@link DISPLACED} at most: the oldest, also one that was to be cancelled for another one which died, or was cancelled
   * itself, before it could. Of one that is turned away because too many wait: those that wait among them, which have to leave before it asks again.
   */
  readonly displaced: readonly string[];
  /** For which others are cancelled: the one that was started last. */
  readonly newest: string;
}

/** So many are cancelled at once. */
export const DISPLACED = 20;

/**
 * Asks for a slot; asking again is asking once. Whoever waited before is given one first. The same slots are returned when nothing changes.
 */
export function take(slots: Slots, id: string, { limit, onConflict }: Limit): Taken {
  const asked = slots.waiting.includes(id) || hasSlot(slots, id);
  const queued = asked ? slots : { ...slots, waiting: [...slots.waiting, id] };
  const given = heard(promoted(queued, limit), id);
  if (hasSlot(given, id)) return { slots: given, outcome: 'running', displaced: [], newest: id };
  const isFull = !asked && given.waiting.length > LIMITS.concurrencyWaiting;
  const open = onConflict === 'cancel_running' ? byAge(given) : [];
  const newest = open.at(-1) ?? id;
  const displaced = open.slice(0, Math.max(0, open.length - limit));
  const isReplaced = displaced.includes(id);
  if (onConflict !== 'skip' && !isFull && !isReplaced)
    return { slots: given, outcome: 'waiting', displaced: firstOf(displaced), newest };
  const left = promoted(without(slots, id), limit);
  if (onConflict === 'skip') return { slots: left, outcome: 'skipped', displaced: [], newest: id };
  const others = displaced.filter((one) => one !== id);
  if (isReplaced) return { slots: left, outcome: 'replaced', displaced: firstOf(others), newest };
  // Only those that wait make room.
  const makeRoom = others.filter((one) => left.waiting.includes(one));
  return { slots: left, outcome: 'full', displaced: firstOf(makeRoom), newest };
}

/** Gives a slot to an execution that has begun already, above the limit too: nothing may hold it up or end it now. */
export function keep(slots: Slots, id: string): Slots {
  if (hasSlot(slots, id)) return heard(slots, id);
  return { running: [...slots.running, { id }], waiting: slots.waiting.filter((one) => one !== id) };
}

/** What is left when executions have ended: whoever waits for longest gets their slots. The same slots when nothing changes. */
export function release(slots: Slots, ids: readonly string[], limit: number): Slots {
  return promoted(ids.reduce(without, slots), limit);
}

/**
 * What is left when executions have been cancelled: they wait no longer. One that has a slot keeps it until its own end. The same slots when nothing changes.
 */
export function leave(slots: Slots, ids: readonly string[], limit: number): Slots {
  const waiting = slots.waiting.filter((id) => !ids.includes(id));
  const isNews = ({ id, cancelled }: Running) => cancelled !== true && ids.includes(id);
  if (waiting.length === slots.waiting.length && !slots.running.some(isNews)) return promoted(slots, limit);
  const running = slots.running.map((one): Running => (isNews(one) ? { ...one, cancelled: true } : one));
  return promoted({ running, waiting }, limit);
}

export function hasSlot({ running }: Slots, id: string): boolean {
  return running.some((one) => one.id === id);
}

/** Those that have a slot and may be asleep. */
export function untoldOf({ running }: Slots): string[] {
  return running.filter(({ untold }) => untold === true).map((one) => one.id);
}

export function isEmpty({ running, waiting }: Slots): boolean {
  return running.length === 0 && waiting.length === 0;
}

function promoted(slots: Slots, limit: number): Slots {
  const free = Math.min(limit - slots.running.length, slots.waiting.length);
  if (free <= 0) return slots;
  const next = slots.waiting.slice(0, free).map((id): Running => ({ id, untold: true }));
  return { running: [...slots.running, ...next], waiting: slots.waiting.slice(free) };
}

function heard(slots: Slots, id: string): Slots {
  if (!slots.running.some((one) => one.id === id && one.untold)) return slots;
  const isHere = ({ untold: _, ...known }: Running): Running => known;
  return { ...slots, running: slots.running.map((one) => (one.id === id ? isHere(one) : one)) };
}

function without(slots: Slots, id: string): Slots {
  if (!hasSlot(slots, id) && !slots.waiting.includes(id)) return slots;
  return {
    running: slots.running.filter((one) => one.id !== id),
    waiting: slots.waiting.filter((waiting) => waiting !== id),
  };
}

/**
 * Those that have not been cancelled, the one that was started first before the others, whenever they asked: one whose executor died as it took it asks late.
 * Of those that were started in one millisecond the one that asked first.
 */
function byAge({ running, waiting }: Slots): string[] {
  const open = [...running.filter(({ cancelled }) => cancelled !== true).map(({ id }) => id), ...waiting];
  const timed = open.map((id) => ({ id, startedAt: idTime(id) ?? 0 }));
  return timed.sort((a, b) => a.startedAt - b.startedAt).map(({ id }) => id);
}

function firstOf(ids: readonly string[]): readonly string[] {
  return ids.slice(0, DISPLACED);
}
