import { ProgramCache } from './cache.js';
import { compile } from './compile.js';
import { toExpressionError } from './errors.js';
import { type Limits, withLimits } from './limits.js';
import { parse } from './parser.js';
import { finishCondition, finishValue, Program } from './program.js';

/** How to compile; changed limits bypass the cache. */
export interface CompileOptions {
  /** Replacements for limits of the text: length, depth, nodes, segments. */
  readonly limits?: Partial<Limits> | undefined;
}

const expressions = new ProgramCache<Program>();
const conditions = new ProgramCache<Program<boolean>>();

/**
 * Compiles one expression without braces around it. Programs are cached by their text.
 *
 * @example compileExpression('input.items.length').evaluate({ input: { items: [1] } }) // 1
 * @throws ExpressionError E_SYNTAX, E_FUNC, E_METHOD, E_ARGS, E_SECRET, E_ENV, E_LIMIT
 */
export function compileExpression(text: string, options?: CompileOptions): Program {
  return options === undefined ? expressions.get(text, createExpression) : createExpression(text, options);
}

/**
 * Compiles a condition, in which `{{ }}` are parentheses: `{{a.b}} == 'x'` and `a.b == 'x'` are the same. Values are
 * bound, never pasted into the text, and the result is always a boolean.
 *
 * @example compileCondition("{{input.n}} > 1").evaluate({ input: { n: 2 } }) // true
 * @throws ExpressionError as {@link compileExpression}; the evaluation E_COND for anything but true and false
 */
export function compileCondition(text: string, options?: CompileOptions): Program<boolean> {
  return options === undefined ? conditions.get(text, createCondition) : createCondition(text, options);
}

function createExpression(text: string, options?: CompileOptions): Program {
  try {
    const node = parse(text, 'expression', withLimits(options?.limits));
    return new Program('expression', text, [node], compile(node), finishValue);
  } catch (thrown) {
    throw toExpressionError(thrown, text);
  }
}

function createCondition(text: string, options?: CompileOptions): Program<boolean> {
  try {
    const node = parse(text, 'condition', withLimits(options?.limits));
    return new Program<boolean>('condition', text, [node], compile(node), finishCondition);
  } catch (thrown) {
    throw toExpressionError(thrown, text);
  }
}
