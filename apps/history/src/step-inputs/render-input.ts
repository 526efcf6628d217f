import { MASK } from '@millrace/contracts';
import { InputUnknownError, type StepScope } from './step-scope.js';
import type { StepPlace } from './step-place.js';
import { filledIn, textsOf } from './step-texts.js';

/** The attempt whose input is asked for. */
export interface RenderedAttempt {
  readonly path: string;
  /** ISO time of its beginning. */
  readonly startedAt: string;
}

/**
 * The config of a step as it was when an attempt began: its texts evaluated, what is secret masked, and without what is no input. Throws ExpressionError,
 * InputUnknownError.
 */
export function renderInput({ step, levels }: StepPlace, scope: StepScope, attempt: RenderedAttempt): unknown {
  const { config, texts } = textsOf(step);
  const depth = levels.length;
  const options = scope.optionsOf(step, attempt.path, attempt.startedAt);
  let draws = 0;
  let drawing = 0;
  const random = (): number => {
    draws++;
    return options.random();
  };
  const values = texts.map((text): unknown => {
    if (scope.isHidden(text, depth)) return MASK;
    const before = draws;
    const field = ['config', ...text.at].join('.');
    const value = text.program.evaluate(scope.contextOf(text, depth), { ...options, random, field });
    if (draws > before) drawing++;
    return value;
  });
  // Each type of step evaluates its fields in an order of its own, and before them its `if`.
  if (drawing > 1 || (drawing > 0 && step.if !== null))
    throw new InputUnknownError('Several texts of the step have random numbers; which text got which is not recorded');
  return filledIn(config, texts, values);
}
