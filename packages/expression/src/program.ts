import { missingFault } from './access.js';
import type { Node } from './ast.js';
import type { Compiled } from './compile.js';
import { Fault, toExpressionError } from './errors.js';
import { type EvaluateOptions, Evaluation, type ExpressionContext } from './evaluation.js';
import { measure } from './measure.js';
import { finite } from './exact/arithmetic.js';
import { ExactNumber } from './exact/exact-number.js';
import { collectReferences, type Reference } from './references.js';
import type { Slot, Value } from './value.js';

/** What a text is: one expression, a condition, or text with `{{ }}` in it. */
export type ProgramMode = 'expression' | 'condition' | 'template';

/** What a rendered value that used a secret is replaced by, wherever people or logs can see it. */
export const SECRET_MARKER = '[secret]';

/** A value for the step, and the same value as logs and history may hold it. */
export interface Rendered<Result = Value> {
  readonly value: Result;
  /** {@link SECRET_MARKER} instead of the value if the text references a secret. */
  readonly redacted: Result | string;
}

type Finish = (evaluation: Evaluation, value: Slot, program: Program<Value>) => Value;

const NO_OPTIONS: EvaluateOptions = {};
const NO_VARIABLES: Slot[] = [];

/** A compiled text. It holds no data, may be shared, and gives the same result for the same context and options. */
export class Program<Result extends Value = Value> {
  #found: readonly Reference[] | undefined;
  /** Whether the text reads a secret, so that its rendered value must not be stored. */
  readonly usesSecrets: boolean;

  constructor(
    readonly mode: ProgramMode,
    readonly source: string,
    /** The tree of each expression in the text. */
    readonly nodes: readonly Node[],
    private readonly compiled: Compiled,
    private readonly finish: Finish,
  ) {
    this.usesSecrets = compiled.usesSecrets;
  }

  /** Everything the text reads, in the order it is written. */
  get references(): readonly Reference[] {
    this.#found ??= this.nodes.flatMap((node) => collectReferences(node));
    return this.#found;
  }

  /** Whether the text reads nothing and calls nothing, so that it is always the same. */
  get isText(): boolean {
    return this.nodes.length === 0;
  }

  /**
   * Evaluates the text against a context.
   *
   * @example compileExpression('input.count + 1').evaluate({ input: { count: 1 } }) // 2
   * @throws ExpressionError
   */
  evaluate(context: ExpressionContext, options: EvaluateOptions = NO_OPTIONS): Result {
    const { compiled } = this;
    try {
      const variables = compiled.variables === 0 ? NO_VARIABLES : new Array<Slot>(compiled.variables);
      const evaluation = new Evaluation(context as Readonly<Record<string, unknown>>, options, variables);
      options.budget?.enter();
      // The finish of each mode returns its type.
      const result = this.finish(evaluation, compiled.run(evaluation), this) as Result;
      evaluation.finish();
      return result;
    } catch (thrown) {
      throw toExpressionError(thrown, this.source, { field: options.field, stepId: options.stepId });
    }
  }

  /** Evaluates once and gives the value together with what may be stored of it. @throws ExpressionError */
  render(context: ExpressionContext, options: EvaluateOptions = NO_OPTIONS): Rendered<Result> {
    const value = this.evaluate(context, options);
    return { value, redacted: this.usesSecrets ? SECRET_MARKER : value };
  }
}

/** The result of an expression or template: present, plain and within the limits. @throws Fault */
export function finishValue(evaluation: Evaluation, value: Slot, program: Program): Value {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return finite(value);
    case 'string':
      if (value.length > evaluation.limits.outputLength) throw longResult(evaluation, value.length);
      return value;
    case 'object':
      if (value !== null) measure(value, evaluation);
      return value;
    default:
      if (evaluation.empty) return null;
      throw missingFault(evaluation, program.nodes[0] as Node);
  }
}

/** The error for a result or a rendered template of this length. */
export function longResult(evaluation: Evaluation, length: number): Fault {
  const most = String(evaluation.limits.outputLength);
  return new Fault('E_LIMIT', `the result has ${String(length)} characters; at most ${most} are possible`, -1, -1, {
    hint: 'pass on only what is needed, e.g. slice(0, 10000)',
  });
}

/** The result of a condition. @throws Fault E_COND unless it is a boolean */
export function finishCondition(evaluation: Evaluation, value: Slot, program: Program): boolean {
  if (typeof value === 'boolean') return value;
  if (evaluation.empty && (value === undefined || value === null)) return false;
  const node = program.nodes[0] as Node;
  if (value === undefined) throw missingFault(evaluation, node);
  const [what, hint] = conditionProblem(value);
  throw new Fault('E_COND', `the condition gave ${what} instead of true or false`, node.start, node.end, { hint });
}

function conditionProblem(value: Value): [what: string, hint: string] {
  if (value === null) return ['null', "compare it, e.g. x == 'yes', or give a stand-in: x ?? false"];
  if (typeof value === 'string')
    return ['a text', "compare it, e.g. x == 'yes', or turn it into a boolean with bool(…)"];
  if (typeof value === 'number' || value instanceof ExactNumber) return ['a number', 'compare it, e.g. x > 0'];
  if (Array.isArray(value)) return ['an array', 'test its length, e.g. x.length > 0'];
  return ['an object', 'test one of its fields, or exists(…)'];
}
