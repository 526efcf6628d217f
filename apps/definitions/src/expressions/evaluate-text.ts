import { AppError, type EvaluatedText, type EvaluateExpression } from '@millrace/contracts';
import { Budget, compileCondition, compileExpression, compileTemplate, ExpressionError } from '@millrace/expression';
import { ExactNumber } from '@millrace/expression/exact';
import type { z } from 'zod';

type Asked = z.output<typeof EvaluateExpression.question>;

const COMPILERS = { expression: compileExpression, template: compileTemplate, condition: compileCondition } as const;

/** From what an evaluation takes time and chance. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Milliseconds that this process has computed. */
  readonly computedMs: () => number;
}

/** What a text gives, within the limits of one step; an error of the text is an answer. Throws INVALID_INPUT for a kind that only newer gateways know. */
export function evaluateText(asked: Asked, { now, random, computedMs }: Surroundings): EvaluatedText {
  const { kind, text, context, missing } = asked;
  if (!isKnown(kind)) throw new AppError('INVALID_INPUT', { message: 'This installation cannot evaluate that yet' });
  try {
    const budget = new Budget(undefined, computedMs);
    const value = COMPILERS[kind](text).evaluate(context, { now, random, missing, budget });
    return { value, type: typeOf(value), error: null };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { code, message, span, line, column, hint = null, path = null } = error;
    const place = { span: [...span], line, column, hint, missing_path: path, frame: error.frame() };
    return { value: null, type: null, error: { code, message, ...place } };
  }
}

function isKnown(kind: string): kind is keyof typeof COMPILERS {
  return Object.hasOwn(COMPILERS, kind);
}

function typeOf(value: unknown): EvaluatedText['type'] {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || value instanceof ExactNumber) return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}
