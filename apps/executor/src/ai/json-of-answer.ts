import { exceededJsonBound, LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS } from '@millrace/expression';
import { StepFailure } from '../steps/step-failure.js';

/** Throws StepFailure AI_ANSWER_TOO_LARGE for more JSON than is parsed; `values`: how many it may have. */
export function checkJsonBounds(body: Uint8Array, values: number = LIMITS.jsonValues): void {
  const bounds = {
    depth: EXPRESSION_LIMITS.dataDepth,
    values,
    names: LIMITS.jsonNames,
    digits: LIMITS.jsonNumberDigits,
  };
  const exceeded = exceededJsonBound(body, bounds);
  if (exceeded === null) return;
  throw new StepFailure(
    'AI_ANSWER_TOO_LARGE',
    `The answer of the model has too many values, names or levels of JSON, or too long a number`,
    {
      details: { [`limit_${exceeded}`]: bounds[exceeded] },
    },
  );
}
