import { LIMITS } from '@millrace/contracts';
import type { Times } from '../calendar/occurrence.js';

/** What of a schedule says how to deal with times that were missed. */
export interface CatchUp {
  readonly times: Times;
  readonly policy: 'none' | 'latest' | 'all';
  readonly windowMs: number;
  /** By how much the start at a nominal time is put off. */
  jitter(nominal: number): number;
  readonly mostJitterMs: number;
}

/** What is to be done next about a schedule. */
export type Decision =
  /** Nothing before this moment. */
  | { readonly kind: 'wait'; readonly until: number; readonly next: number }
  /** Nothing any more. */
  | { readonly kind: 'end' }
  | { readonly kind: 'start'; readonly at: number }
  /** These nominal times are over, and nothing is started for them. */
  | {
      readonly kind: 'missed';
      readonly from: number;
      readonly to: number;
      readonly count: number;
      readonly more: boolean;
    };

/**
 * Decides about the first nominal times after `handledAt`. A start is late when `LIMITS.scheduleGraceMs` have passed since
 * it could be due with the most jitter: one that waits for a time before it that is put off longer is not late. Before that
 * it takes place whatever the policy. Costs at most `LIMITS.scheduleMissedCounted` steps.
 */
export function decide(schedule: CatchUp, handledAt: number, now: number): Decision {
  const { policy, windowMs, mostJitterMs } = schedule;
  const after = askedOnce(schedule.times);
  const first = after(handledAt);
  if (first === null) return { kind: 'end' };
  const dueAt = (nominal: number) => nominal + schedule.jitter(nominal);
  if (dueAt(first.at) > now) return { kind: 'wait', until: dueAt(first.at), next: first.at };

  const onTime = now - LIMITS.scheduleGraceMs;
  const oldest = policy === 'none' ? onTime : Math.min(onTime, now - windowMs);
  const isMissed = (nominal: number): boolean => {
    const latest = nominal + mostJitterMs;
    if (latest < oldest) return true;
    if (policy !== 'latest' || latest >= onTime) return false;
    const later = after(nominal);
    return later !== null && dueAt(later.at) <= now;
  };
  if (!isMissed(first.at)) return { kind: 'start', at: first.at };

  let last = first.at;
  for (let count = 1; count < LIMITS.scheduleMissedCounted; count++) {
    const next = after(last);
    if (next === null || dueAt(next.at) > now || !isMissed(next.at))
      return { kind: 'missed', from: first.at, to: last, count, more: false };
    last = next.at;
  }
  // A long outage of a schedule of every second: what is surely too old is passed over without being counted.
  const to = Math.max(last, oldest - mostJitterMs - 1);
  return { kind: 'missed', from: first.at, to, count: LIMITS.scheduleMissedCounted, more: to > last };
}

/** What comes after an instant; the same question twice in a row is worked out once. */
function askedOnce(times: Times): Times['after'] {
  let asked: number | undefined;
  let found: ReturnType<Times['after']> = null;
  return (instant) => {
    if (instant !== asked) found = times.after(instant);
    asked = instant;
    return found;
  };
}
