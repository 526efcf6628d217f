import { MASK } from '@millrace/contracts';
import type { EvaluateOptions, ExpressionContext } from '@millrace/expression';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import type { StepPlan } from '@millrace/schema';
import { filledIn, textsOf, type StepText } from './step-texts.js';

/** Thrown when what a step was given cannot be worked out; the message says why. */
export class InputUnknownError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'InputUnknownError';
  }
}

/** What the texts of a step are rendered with. */
export interface Rendering {
  readonly options: EvaluateOptions & { readonly random: () => number };
  /** What a text can read. No secret is in it. */
  readonly contextOf: (text: StepText) => ExpressionContext;
  /** Whether nothing of what a text gives may be shown. */
  readonly isHidden: (text: StepText) => boolean;
}

/**
 * The config of a step as it is when an attempt begins: its texts evaluated, what is secret masked, and without what is no
 * input. Throws ExpressionError, InputUnknownError.
 */
export function renderedConfig(step: StepPlan, { options, contextOf, isHidden }: Rendering): unknown {
  const { config, texts } = textsOf(step);
  let draws = 0;
  let drawing = 0;
  const random = (): number => {
    draws++;
    return options.random();
  };
  const values = texts.map((text): unknown => {
    if (isHidden(text)) return MASK;
    const before = draws;
    const field = ['config', ...text.at].join('.');
    const value = text.program.evaluate(contextOf(text), { ...options, random, field });
    if (draws > before) drawing++;
    return value;
  });
  // Each type of step evaluates its fields in an order of its own, and before them its `if`.
  if (drawing > 1 || (drawing > 0 && step.if !== null))
    throw new InputUnknownError('Several texts of the step have random numbers; which text got which is not recorded');
  return filledIn(config, texts, values);
}

/** A copy of a value that has no more characters as JSON than the limit: one value may be in many places. Throws InputUnknownError. */
export function shownWithin(value: unknown, limit: number): unknown {
  return parseJson(stringifyJson(value, bounded(limit)));
}

/** Stops writing JSON when it has too many characters. */
function bounded(limit: number): (name: string, value: unknown) => unknown {
  let left = limit;
  return (name, value) => {
    left -= name.length + (typeof value === 'string' ? value.length : 1);
    if (left < 0) throw new InputUnknownError(`It has more than ${limit} bytes as JSON, too many to be shown`);
    return value;
  };
}
