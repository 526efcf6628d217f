import { LIMITS } from '@millrace/contracts';

/** What a workflow says of starts above its limit. */
export type OnConflict = 'queue' | 'skip' | 'cancel_running';

/** An execution that has a slot. */
export interface Running {
  readonly id: string;
  /** It was given its slot by another one, and has not asked since: it may be asleep. */
  readonly untold?: true | undefined;
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
  /** `full`: so many wait already that this one may not. */
  readonly outcome: 'running' | 'waiting' | 'skipped' | 'full';
  /**
   * Those that are to be cancelled. Of one that waits: the one in whose place it can run; those before that one are cancelled for others that came before. Of one
   * that is turned away because too many wait: some that wait for nothing any more, which have to leave before it asks again.
   */
  readonly displaced: readonly string[];
}

/** So many leave at once, where too many wait that are to be cancelled. */
const LEAVING = 20;

/**
 * Asks for a slot; asking again is asking once. Whoever waited before is given one first. The same slots are returned when nothing changes.
 */
export function take(slots: Slots, id: string, { limit, onConflict }: Limit): Taken {
  const asked = slots.waiting.includes(id) || hasSlot(slots, id);
  const queued = asked ? slots : { ...slots, waiting: [...slots.waiting, id] };
  const given = heard(promoted(queued, limit), id);
  if (hasSlot(given, id)) return { slots: given, outcome: 'running', displaced: [] };
  const isFull = !asked && given.waiting.length > LIMITS.concurrencyWaiting;
  const cancels = onConflict === 'cancel_running';
  if (onConflict === 'skip' || isFull) {
    const left = promoted(without(slots, id), limit);
    const leaving = cancels ? left.waiting.slice(0, Math.min(LEAVING, left.waiting.length + 1 - limit)) : [];
    return { slots: left, outcome: onConflict === 'skip' ? 'skipped' : 'full', displaced: leaving };
  }
  return { slots: given, outcome: 'waiting', displaced: cancels ? displacedBy(given, id, limit) : [] };
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
 * What is left when executions wait no longer, since they have been cancelled. One that was given a slot meanwhile may run by now: it keeps the slot until its own
 * end. The same slots when nothing changes.
 */
export function leave(slots: Slots, ids: readonly string[], limit: number): Slots {
  const waiting = slots.waiting.filter((id) => !ids.includes(id));
  return promoted(waiting.length === slots.waiting.length ? slots : { ...slots, waiting }, limit);
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
  return { ...slots, running: slots.running.map((one) => (one.id === id ? { id } : one)) };
}

function without(slots: Slots, id: string): Slots {
  if (!hasSlot(slots, id) && !slots.waiting.includes(id)) return slots;
  return {
    running: slots.running.filter((one) => one.id !== id),
    waiting: slots.waiting.filter((waiting) => waiting !== id),
  };
}

/** With each one that comes the oldest of those that may stay has to go. */
function displacedBy({ running, waiting }: Slots, id: string, limit: number): string[] {
  const inOrder = [...running.map((one) => one.id), ...waiting];
  const displaced = inOrder[inOrder.indexOf(id) - limit];
  return displaced === undefined ? [] : [displaced];
}
