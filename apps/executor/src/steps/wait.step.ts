import { stringifyJson } from '@millrace/expression/exact';
import { parseDuration, SIGNAL_NAME_PATTERN } from '@millrace/schema';
import { valueField } from './fields.js';
import { StepFailure } from './step-failure.js';
import type { Wait, WaitHandler } from './step-handler.js';

const SIGNAL_NAME = new RegExp(`^${SIGNAL_NAME_PATTERN}$`);

/**
 * Output: `{waited_until}`, of a wait for a signal `{signal, payload, received_at, timed_out}`. The time counts from the recorded start, so that a crash does not
 * make the wait longer.
 */
export const wait: WaitHandler<'wait'> = {
  kind: 'wait',
  compile(config) {
    const durationOf = valueField(config.duration, 'duration');
    const untilOf = valueField(config.until, 'until');
    const signalOf = valueField(config.signal, 'signal');
    const timeoutOf = valueField(config.timeout, 'timeout');
    return (scope, options) => {
      const signal = signalOf(scope, options);
      if (signal !== undefined) return waitForSignal(signal, timeoutOf(scope, options));
      const duration = durationOf(scope, options);
      const until = untilOf(scope, options);
      const milliseconds = duration === undefined ? 0 : millisecondsOf('duration', duration);
      const moment = until === undefined ? null : typeof until === 'string' ? Date.parse(until) : Number.NaN;
      if (moment !== null && Number.isNaN(moment))
        throw unreadable('until', until, 'a moment such as "2026-01-31T09:00:00Z"');
      return (firstStartedAt) => ({ waitsFor: 'time', until: moment ?? firstStartedAt + milliseconds });
    };
  },
  outcome(ended) {
    if (ended.waitsFor === 'time') return { waited_until: new Date(ended.until).toISOString() };
    if (ended.waitsFor === 'approval') throw new Error('A wait has ended like an approval');
    const { signal, received } = ended;
    const [payload, received_at] = received === null ? [null, null] : [received.payload, received.at];
    return { signal, payload, received_at, timed_out: received === null };
  },
};

function waitForSignal(signal: unknown, timeout: unknown): (firstStartedAt: number) => Wait {
  if (typeof signal !== 'string' || !SIGNAL_NAME.test(signal))
    throw unreadable('signal', signal, 'a letter, then up to 63 letters, digits, "_", "-" and "."');
  const milliseconds = timeout === undefined ? null : millisecondsOf('timeout', timeout);
  return (firstStartedAt) => ({
    waitsFor: 'signal',
    signal,
    until: milliseconds === null ? null : firstStartedAt + milliseconds,
  });
}

function millisecondsOf(field: string, value: unknown): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === null) throw unreadable(field, value, 'a number of seconds, or text such as "30s", "5m", "2h"');
  return milliseconds;
}

function unreadable(field: string, value: unknown, wanted: string): StepFailure {
  return new StepFailure('EXPRESSION_FAILED', `config.${field} must be ${wanted}, but is ${stringifyJson(value)}`, {
    details: { field: `config.${field}` },
  });
}
