import { stringifyJson } from '@millrace/expression/exact';
import { parseDuration } from '@millrace/schema';
import { valueField } from './fields.js';
import { StepFailure } from './step-failure.js';
import type { WaitHandler } from './step-handler.js';

/** Output: `{waited_until}`. The time counts from the recorded start, so that a crash does not make the wait longer. */
export const wait: WaitHandler<'wait'> = {
  kind: 'wait',
  compile(config) {
    const durationOf = valueField(config.duration, 'duration');
    const untilOf = valueField(config.until, 'until');
    return (scope, options) => {
      const duration = durationOf(scope, options);
      const until = untilOf(scope, options);
      const milliseconds = duration === undefined ? 0 : parseDuration(duration);
      if (milliseconds === null)
        throw unreadable('duration', duration, 'a number of seconds, or text such as "30s", "5m", "2h"');
      const moment = until === undefined ? null : typeof until === 'string' ? Date.parse(until) : Number.NaN;
      if (moment !== null && Number.isNaN(moment))
        throw unreadable('until', until, 'a moment such as "2026-01-31T09:00:00Z"');
      return (firstStartedAt) => ({ waitsFor: 'time', until: moment ?? firstStartedAt + milliseconds });
    };
  },
  outcome: ({ until }) => ({ waited_until: new Date(until).toISOString() }),
};

function unreadable(field: string, value: unknown, wanted: string): StepFailure {
  return new StepFailure('EXPRESSION_FAILED', `config.${field} must be ${wanted}, but is ${stringifyJson(value)}`, {
    details: { field: `config.${field}` },
  });
}
