import { renderedConfig } from '@millrace/service-kit/rendered-config';
import type { StepScope } from './step-scope.js';
import type { StepPlace } from './step-place.js';

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
  const depth = levels.length;
  return renderedConfig(step, {
    options: scope.optionsOf(step, attempt.path, attempt.startedAt),
    contextOf: (text) => scope.contextOf(text, depth),
    isHidden: (text) => scope.isHidden(text, depth),
  });
}
