import { MASK, type Failure } from '@millrace/contracts';
import type { Action } from '../engine/frames.js';
import type { ValueSize } from '../engine/value-size.js';
import { StepFailure } from '../steps/step-failure.js';
import { outputOptions } from './evaluation-options.js';
import { redacted } from '@millrace/service-kit/redaction';
import type { RunContext } from './run-context.js';
import { checkedSize } from './checked-size.js';

/** What an execution that has come to its end returns, as it is recorded, or why it has no output. */
export function executionOutput(
  context: RunContext,
  { scope, output, final, sealed }: Extract<Action, { kind: 'complete' }>,
): { output: unknown; size: ValueSize } | { failure: Failure } {
  const { clock, program, redact } = context;
  try {
    // What is sealed is passed on as it is only by a mapping, and masked there.
    if (sealed && (final || program.plan.output === undefined)) return { output: MASK, size: checkedSize(MASK) };
    // The workflow's own output may read what its steps read; what a step has left is without secrets already.
    const asLeft = final || program.plan.output === undefined;
    const own = asLeft ? output : redacted(program.output(scope, output, outputOptions(context, clock.now())), redact);
    return { output: own ?? null, size: checkedSize(own) };
  } catch (error) {
    const { code, message, details } = StepFailure.from(error);
    return { failure: redacted({ code, message, details }, redact) };
  }
}
