import { LIMITS, type Failure, type StepTest } from '@millrace/contracts';
import { ExpressionError, type EvaluateOptions } from '@millrace/expression';
import { redacted, type Redact } from '@millrace/service-kit/redaction';
import { InputUnknownError, renderedConfig, shownWithin } from '@millrace/service-kit/rendered-config';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';

/** The input of a step without secrets: what works with one is masked as a whole, as of executions. */
export function inputOf(
  { step, scope }: Pick<Task, 'step' | 'scope'>,
  { random = Math.random, ...options }: EvaluateOptions,
  redact: Redact | null,
): Pick<StepTest, 'input' | 'input_error'> {
  const { secrets: _none, ...readable } = scope;
  try {
    const input = renderedConfig(step, {
      options: { ...options, random },
      contextOf: () => readable,
      isHidden: ({ hidden }) => hidden,
    });
    return { input: shownWithin(redacted(input, redact), LIMITS.answerValueBytes) };
  } catch (error) {
    return { input: null, input_error: redacted(unknownInput(error), redact) };
  }
}

function unknownInput(error: unknown): Failure {
  if (error instanceof InputUnknownError) return { code: 'INPUT_UNKNOWN', message: error.message };
  if (!(error instanceof ExpressionError)) throw error;
  const { code, message } = StepFailure.from(error);
  return { code, message };
}
