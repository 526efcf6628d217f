import { MOST_SKEW_MS } from '@millrace/service-kit/clock-skew';
import { failed, ok, type Finding } from './check.js';

/** When somebody was asked, by this clock. Milliseconds since the epoch. */
interface Asked {
  readonly began: number;
  readonly ended: number;
}

/** How far a clock is from this one, which cannot be known closer than the time that asking took. `from`, `to`: between these it showed something. */
export function skewOf(from: number, to: number, { began, ended }: Asked): number {
  return to < began ? to - began : from > ended ? from - ended : 0;
}

/** What is found of a clock that showed `shown` while it was asked. */
export function clockFinding(whose: string, shown: number, asked: Asked): Finding {
  const check = `clock of ${whose}`;
  const skew = skewOf(shown, shown, asked);
  if (Math.abs(skew) <= MOST_SKEW_MS) return ok(check, 'it agrees with this one');
  return failed(check, `it differs from this one by ${skew} ms`, 'synchronise the clocks of all machines (NTP)');
}
