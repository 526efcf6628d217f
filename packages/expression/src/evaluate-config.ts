import { Budget } from './budget.js';
import { ExpressionError } from './errors.js';
import type { EvaluateOptions, ExpressionContext } from './evaluation.js';
import { ExactNumber } from './exact/exact-number.js';
import { LIMITS } from './limits.js';
import { type Program, type Rendered, SECRET_MARKER } from './program.js';
import type { Reference } from './references.js';
import { compileTemplate } from './template.js';
import { FORBIDDEN_KEY, isPlainObject, type Value } from './value.js';

/** A reference of a configuration, with the JSON path of the text it is in. */
export interface ConfigReference extends Reference {
  readonly field: string;
}

/** One node of a compiled configuration; `constant` when nothing in it is evaluated. */
interface Plan {
  readonly constant: boolean;
  readonly usesSecrets: boolean;
  render(context: ExpressionContext, options: EvaluateOptions): Rendered;
}

/**
 * A compiled configuration: a JSON value whose texts are templates. Keep it beside the step and evaluate it for every run;
 * parts without `{{ }}` are returned as they are, without a copy.
 */
export class ConfigProgram {
  constructor(
    private readonly plan: Plan,
    private readonly programs: readonly (readonly [field: string, program: Program])[],
  ) {}

  /** Whether any text reads a secret. */
  get usesSecrets(): boolean {
    return this.plan.usesSecrets;
  }

  /** Everything the configuration reads. */
  get references(): ConfigReference[] {
    return this.programs.flatMap(([field, { references }]) => references.map((reference) => ({ ...reference, field })));
  }

  /**
   * Renders the configuration, and the same for logs and history. All its texts spend from one budget, which is that of
   * the options, if they have one. @throws ExpressionError with its `field`
   */
  evaluate(context: ExpressionContext, options: EvaluateOptions = {}): Rendered {
    if (options.budget !== undefined || this.programs.length < 2) return this.plan.render(context, options);
    const budget = new Budget({ ...LIMITS, ...options.limits }, options.clock);
    return this.plan.render(context, { ...options, budget });
  }
}

/**
 * Compiles the templates of a JSON value, nested ones too; values only, never keys.
 *
 * @example compileConfig({ url: '{{input.url}}' }).evaluate({ input: { url: 'x' } }).value // { url: 'x' }
 * @throws ExpressionError with the JSON path of the text in `field`
 */
export function compileConfig(config: unknown): ConfigProgram {
  const programs: [string, Program][] = [];
  return new ConfigProgram(plan(config, '', 0, programs), programs);
}

/**
 * Renders a JSON value whose texts are templates: `value` for the step, `redacted` for logs and history, where every text
 * that reads a secret is `[secret]`. What comes out is never read for templates again.
 *
 * @example evaluateConfig({ to: 'Hi {{input.name}}' }, { input: { name: 'Ada' } }).value // { to: 'Hi Ada' }
 * @throws ExpressionError with the JSON path of the text in `field`
 */
export function evaluateConfig(config: unknown, context: ExpressionContext, options: EvaluateOptions = {}): Rendered {
  return compileConfig(config).evaluate(context, options);
}

function plan(config: unknown, field: string, depth: number, programs: [string, Program][]): Plan {
  if (depth > LIMITS.dataDepth) {
    throw new ExpressionError('E_LIMIT', `nested deeper than ${String(LIMITS.dataDepth)} levels`, '', [0, 0], {
      field,
    });
  }
  if (typeof config === 'string') return planText(config, field, programs);
  if (Array.isArray(config)) {
    return planArray(
      config.map((item, index) => plan(item, `${field}[${String(index)}]`, depth + 1, programs)),
      config,
    );
  }
  if (typeof config === 'object' && config !== null && isPlainObject(config)) {
    const entries = Object.entries(config)
      .filter(([key, value]) => key !== FORBIDDEN_KEY && value !== undefined)
      .map(([key, value]) => [key, plan(value, fieldOf(field, key), depth + 1, programs)] as const);
    return planObject(entries, config as Value);
  }
  if (config instanceof ExactNumber) return constant(config);
  if (config === null || typeof config === 'boolean' || (typeof config === 'number' && Number.isFinite(config))) {
    return constant(config);
  }
  const message = `a configuration cannot hold a value of type ${typeof config}`;
  throw new ExpressionError('E_VALUE', message, '', [0, 0], { field, hint: 'it must come from JSON' });
}

/** Longest path that is reported whole. */
const MAX_FIELD_LENGTH = 500;

/** JSON path of a key: `headers.Accept`, `headers["x-y"]`; `…` stands for what would make it too long. */
function fieldOf(parent: string, key: string): string {
  if (parent.length + key.length > MAX_FIELD_LENGTH) return parent.endsWith('…') ? parent : `${parent}…`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

function constant(value: Value): Plan {
  const rendered = { value, redacted: value };
  return { constant: true, usesSecrets: false, render: () => rendered };
}

function planText(text: string, field: string, programs: [string, Program][]): Plan {
  if (!text.includes('{{')) return constant(text);
  let program: Program;
  try {
    program = compileTemplate(text);
  } catch (thrown) {
    throw inField(thrown, field);
  }
  if (program.isText) {
    const plain = program.evaluate({});
    // With escaped braces the text is not the source, so what holds it must be built anew.
    return { ...constant(plain), constant: plain === text };
  }
  programs.push([field, program]);
  return {
    constant: false,
    usesSecrets: program.usesSecrets,
    render: (context, options) => {
      try {
        const value = program.evaluate(context, options);
        return { value, redacted: program.usesSecrets ? SECRET_MARKER : value };
      } catch (thrown) {
        throw inField(thrown, fieldIn(options.field, field));
      }
    },
  };
}

function fieldIn(outer: string | undefined, field: string): string {
  if (outer === undefined || outer === '') return field;
  return field === '' || field.startsWith('[') ? outer + field : `${outer}.${field}`;
}

function inField(thrown: unknown, field: string): unknown {
  if (!(thrown instanceof ExpressionError)) return thrown;
  const { code, message, source, span, hint, path, file, stepId } = thrown;
  return new ExpressionError(code, message, source, span, { hint, path, file, field, stepId });
}

function planArray(plans: readonly Plan[], original: readonly Value[]): Plan {
  if (plans.every((item) => item.constant)) return constant(original);
  const usesSecrets = plans.some((item) => item.usesSecrets);
  return {
    constant: false,
    usesSecrets,
    render: (context, options) => {
      const rendered = plans.map((item) => item.render(context, options));
      const value = rendered.map((item) => item.value);
      return { value, redacted: usesSecrets ? rendered.map((item) => item.redacted) : value };
    },
  };
}

function planObject(entries: readonly (readonly [string, Plan])[], original: Value): Plan {
  if (entries.every(([, item]) => item.constant)) return constant(original);
  const usesSecrets = entries.some(([, item]) => item.usesSecrets);
  return {
    constant: false,
    usesSecrets,
    render: (context, options) => {
      const value: Record<string, Value> = {};
      const redacted: Record<string, Value> = usesSecrets ? {} : value;
      for (const [key, item] of entries) {
        const rendered = item.render(context, options);
        value[key] = rendered.value;
        redacted[key] = rendered.redacted;
      }
      return { value, redacted };
    },
  };
}
