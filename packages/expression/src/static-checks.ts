import { type Call, literalKey, type Node } from './ast.js';
import { Fault } from './errors.js';
import type { Helper, Param } from './helpers/helper.js';
import { helpers } from './helpers/table.js';
import { ROOTS } from './names.js';
import { didYouMean } from './suggest.js';

/** A helper call with its subject first, whichever way it was written. */
export interface ResolvedCall {
  readonly helper: Helper;
  readonly args: readonly Node[];
}

const FUNCTION_NAMES = [...helpers.keys()];
const METHOD_NAMES = FUNCTION_NAMES.filter((name) => helpers.get(name)?.method);

/** Finds the helper of a call and checks the number and kind of its arguments. @throws Fault E_FUNC, E_METHOD, E_ARGS */
export function resolveCall(node: Call): ResolvedCall {
  const helper = helpers.get(node.name);
  const isMethod = node.receiver !== null;
  const end = node.nameStart + node.name.length;
  if (helper === undefined || (isMethod && !helper.method)) {
    const what = isMethod ? 'method' : 'function';
    throw new Fault(isMethod ? 'E_METHOD' : 'E_FUNC', `there is no ${what} '${node.name}'`, node.nameStart, end, {
      get hint() {
        if (helper !== undefined) return `write ${node.name}(…) without a value before it`;
        const names = isMethod ? METHOD_NAMES : FUNCTION_NAMES;
        return didYouMean(node.name, names) ?? 'see the list of helpers in docs/expressions.md';
      },
    });
  }
  const args = node.receiver === null ? node.args : [node.receiver, ...node.args];
  checkCount(node, helper, args, end);
  args.forEach((argument, position) => checkLambda(helper, paramAt(helper, position), argument));
  return { helper, args };
}

/** The parameter an argument belongs to. */
export function paramAt(helper: Helper, position: number): Param {
  const param = helper.params[position] ?? helper.rest;
  if (param === undefined) throw new Fault('E_INTERNAL', 'more arguments than parameters');
  return param;
}

/** A helper's call as documentation shows it: `padStart(text, length, fill?)`. */
export function signature(helper: Pick<Helper, 'name' | 'params' | 'rest'>): string {
  const names = helper.params.map((param) => `${param.name}${param.optional ? '?' : ''}`);
  if (helper.rest !== undefined) names.push(`${helper.rest.name}…`);
  return `${helper.name}(${names.join(', ')})`;
}

function checkCount(node: Call, helper: Helper, args: readonly Node[], nameEnd: number): void {
  const least = helper.params.filter((param) => !param.optional).length;
  const most = helper.rest === undefined ? helper.params.length : Infinity;
  if (args.length >= least && args.length <= most) return;
  const shift = node.receiver === null ? 0 : 1;
  const range =
    least === most
      ? String(least - shift)
      : most === Infinity
        ? `at least ${String(least - shift)}`
        : `${String(least - shift)} to ${String(most - shift)}`;
  throw new Fault(
    'E_ARGS',
    `${node.name}() takes ${range} arguments, got ${String(node.args.length)}`,
    node.nameStart,
    nameEnd,
    {
      hint: signature(helper),
    },
  );
}

function checkLambda(helper: Helper, param: Param, argument: Node): void {
  if (argument.type === 'lambda') {
    if (param.lambda === 0) {
      throw new Fault('E_ARGS', `${helper.name}() takes no function here`, argument.start, argument.end, {
        hint: signature(helper),
      });
    }
    if (argument.params.length > param.lambda) {
      const message = `the function of ${helper.name}() has at most ${String(param.lambda)} parameters`;
      throw new Fault('E_ARGS', message, argument.start, argument.end, { hint: `they are ${param.binds.join(', ')}` });
    }
  } else if (param.lambda > 0 && param.types === 0) {
    const message = `${helper.name}() needs a function for '${param.name}'`;
    throw new Fault('E_ARGS', message, argument.start, argument.end, { hint: 'write it here: x => x.name' });
  }
}

/** Roots that are read by a literal name only, so that what an expression uses is known before it runs. */
const LITERAL_ONLY: ReadonlyMap<string, 'E_SECRET' | 'E_ENV' | 'E_ROOT'> = new Map([
  ['secrets', 'E_SECRET'],
  ['env', 'E_ENV'],
  ['steps', 'E_ROOT'],
] as const);

/**
 * Checks the use of `secrets`, `env` and `steps`: only `secrets.name` or `secrets["name"]`.
 * `link` is the node that reads from the name, or null if it is used as a whole. @throws Fault E_SECRET, E_ENV, E_ROOT
 */
export function checkLiteralRoot(name: string, node: Node, link: Node | null): void {
  const code = LITERAL_ONLY.get(name);
  if (code === undefined) return;
  if (link !== null && typeof literalKey(link) === 'string') return;
  const example = name === 'steps' ? 'step1.output, or steps["step-1"].output for an id with a "-"' : `${name}.api_key`;
  throw new Fault(code, `'${name}' can only be read by a literal name`, node.start, node.end, {
    hint: `write ${example}`,
  });
}

/** Hint for a name that no root and no known step has. */
export function unknownNameHint(name: string, stepIds: readonly string[]): string {
  if (helpers.has(name)) return `${name} is a function: write ${name}(…)`;
  return didYouMean(name, [...ROOTS, ...stepIds]) ?? `if the text is meant, write '${name}' in quotes`;
}
