import { FairTurns } from './fair-turns.js';

/** Time as the executor sees it: replaced by a simulated one where runs must be repeatable. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back after that many milliseconds; returns how to cancel it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Lets everything else that waits in this process go on first; of several organisations that do so none has more turns than another. */
  yield(organisationId: string): Promise<void>;
}

/** Longer timers fire at once in Node: they are cut, and the waiter looks at the time again. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const turns = new FairTurns();

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, milliseconds), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
  yield: (organisationId) => turns.take(organisationId),
};

/** A difference that clocks may have without that anybody cares, and the way of a message. */
const TOLERANCE_MS = 1_000;

/**
 * The clock, put right by what another one has shown before now (milliseconds since the epoch), should it be behind that. NATS decides when a timer is due: by a clock that is
 * behind its own the wait would not be over, and the execution would be woken for it again at once, and again.
 */
export function notBehind(clock: Clock, shown: number): Clock {
  const behind = shown - clock.now();
  if (behind <= TOLERANCE_MS) return clock;
  return {
    now: () => clock.now() + behind,
    after: (milliseconds, callback) => clock.after(milliseconds, callback),
    yield: (organisationId) => clock.yield(organisationId),
  };
}

/** Resolves after that many milliseconds. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve));
}

let lastMilliseconds = -1;
let lastText = '';

/** ISO 8601 of a time; the events of one millisecond share the text. */
export function isoTime(milliseconds: number): string {
  if (milliseconds !== lastMilliseconds) {
    lastMilliseconds = milliseconds;
    lastText = new Date(milliseconds).toISOString();
  }
  return lastText;
}
