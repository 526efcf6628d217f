import type { Failure } from '@millrace/contracts';
import type { StepPlan } from '@millrace/schema';

/** Names of errors that the language has. Code may give an error any other name, and write there what it likes. */
const NAMES = new Set([
  'Error',
  'AggregateError',
  'EvalError',
  'InternalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
]);

/**
 * What is recorded of a step's failure. What code says of its error may hold what no list of secrets knows: of a step with
 * `secrets_in_output` it is the error's name and line.
 */
export function shownFailure({ secretsInOutput }: Pick<StepPlan, 'secretsInOutput'>, failure: Failure): Failure {
  const given = failure.details?.['error'];
  if (!secretsInOutput || failure.code !== 'CODE_FAILED' || typeof given !== 'string') return failure;
  const line = failure.details?.['line'];
  const name = NAMES.has(given) ? given : 'Error';
  const place = typeof line === 'number' ? ` (line ${line})` : '';
  const message = `${name}${place}; what it says is not recorded, since the step has secrets_in_output`;
  return { ...failure, message, details: { ...failure.details, error: name } };
}
