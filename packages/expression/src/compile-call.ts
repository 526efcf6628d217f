import { missingFault, nullFault } from './access.js';
import { type Call, childrenOf, type LambdaNode, type Node } from './ast.js';
import { Fault } from './errors.js';
import { type Evaluation, longArray } from './evaluation.js';
import { nearest } from './exact/arithmetic.js';
import { ExactNumber } from './exact/exact-number.js';
import { type Helper, Lambda, type Param } from './helpers/helper.js';
import { paramAt, type ResolvedCall, resolveCall, signature } from './static-checks.js';
import { type Compiling, type LinkThunk, placed, type Thunk } from './thunk.js';
import { type Slot, typeName, typeOf, typeSetName } from './value.js';

type Argument = Slot | Lambda;
type Run = (evaluation: Evaluation, ...args: Argument[]) => Slot;

/** Compiles `name(args)`. @throws Fault E_FUNC, E_ARGS */
export function compileFunction(compiling: Compiling, node: Call, soft: boolean): Thunk {
  const resolved = resolveCall(node);
  if (resolved.helper.lazy !== undefined) return compileLazy(compiling, resolved, soft);
  const [subject, ...others] = resolved.args;
  if (subject === undefined) {
    const run = resolved.helper.run as Run;
    return (evaluation) => {
      try {
        return run(evaluation);
      } catch (thrown) {
        throw placed(thrown, node.start, node.end);
      }
    };
  }
  const param = paramAt(resolved.helper, 0);
  const invoke = compileInvoke(compiling, node, resolved.helper, subject, others, soft);
  if (subject.type === 'lambda') {
    const lambda = compileLambda(compiling, subject);
    return (evaluation) => invoke(evaluation, lambda as unknown as Slot);
  }
  const thunk = compiling.compile(subject, soft || param.soft);
  return (evaluation) => invoke(evaluation, thunk(evaluation));
}

/** Compiles `receiver.name(args)`, given the value of the receiver. @throws Fault E_METHOD, E_ARGS */
export function compileMethod(compiling: Compiling, node: Call, receiver: Node, soft: boolean): LinkThunk {
  const resolved = resolveCall(node);
  const [, ...others] = resolved.args;
  return compileInvoke(compiling, node, resolved.helper, receiver, others, soft);
}

/** Whether a call is compiled from its parts, so that arguments it doesn't need are not evaluated. */
export function isLazy(node: Call): boolean {
  return resolveCall(node).helper.lazy !== undefined;
}

/** Whether a method call has a use for a missing receiver, so that reads before it need not succeed. */
export function acceptsMissing(node: Call): boolean {
  return resolveCall(node).helper.params[0]?.soft ?? false;
}

/** Compiles `if`, `default` and `coalesce`. */
export function compileLazy(compiling: Compiling, { helper, args }: ResolvedCall, soft: boolean): Thunk {
  if (helper.lazy === 'if') {
    const [test, yes, no] = args.map((argument) => compiling.compile(argument, soft)) as [Thunk, Thunk, Thunk];
    const isTrue = (value: Slot): boolean => Boolean(value) && value === value;
    return (evaluation) => (isTrue(test(evaluation)) ? yes(evaluation) : no(evaluation));
  }
  const last = args.length - 1;
  const thunks = args.map((argument, position) => compiling.compile(argument, soft || position < last));
  return (evaluation) => {
    let value: Slot;
    for (const thunk of thunks) {
      value = thunk(evaluation);
      if (value !== undefined && value !== null) return value;
    }
    return value;
  };
}

function compileInvoke(
  compiling: Compiling,
  node: Call,
  helper: Helper,
  subject: Node,
  others: readonly Node[],
  soft: boolean,
): LinkThunk {
  const run = helper.run as Run;
  const start = node.nameStart;
  const { end } = node;
  const first = paramAt(helper, 0);
  const place: Place = { helper, call: node, soft };
  const gate = (evaluation: Evaluation, value: Slot): boolean =>
    (typeOf(value) & first.types) !== 0
      ? withinLength(evaluation, value, subject)
      : admit(evaluation, value, first, subject, place);
  const isLambda = subject.type === 'lambda';
  const params = others.map((_, position) => paramAt(helper, position + 1));
  const hasDoubles = params.some((param) => !param?.exact);
  const thunks = others.map((argument, position) =>
    compileArgument(compiling, argument, params[position]?.soft ?? false),
  );

  const admitAll = (evaluation: Evaluation, values: readonly Argument[]): boolean =>
    values.every((value, position) => {
      const param = params[position];
      const argument = others[position];
      if (param === undefined || argument === undefined || value instanceof Lambda) return true;
      if ((typeOf(value) & param.types) !== 0) return withinLength(evaluation, value, argument);
      return admit(evaluation, value, param, argument, place);
    });

  return (evaluation, base) => {
    if (!isLambda && !gate(evaluation, base)) return undefined;
    if (thunks.length === 0) {
      try {
        return run(evaluation, received(base, first));
      } catch (thrown) {
        throw placed(thrown, start, end);
      }
    }
    const values: Argument[] = [];
    for (const thunk of thunks) values.push(thunk(evaluation));
    if (!admitAll(evaluation, values)) return undefined;
    try {
      if (hasDoubles) values.forEach((value, position) => (values[position] = received(value, params[position])));
      return run(evaluation, received(base, first), ...values);
    } catch (thrown) {
      throw placed(thrown, start, end);
    }
  };
}

/** What the code of a helper is given of a value. @throws Fault E_MATH */
function received(value: Argument, param: Param | undefined): Argument {
  return value instanceof ExactNumber && param?.exact === false ? nearest(value) : value;
}

function compileArgument(compiling: Compiling, node: Node, soft: boolean): (evaluation: Evaluation) => Argument {
  if (node.type !== 'lambda') return compiling.compile(node, soft);
  const lambda = compileLambda(compiling, node);
  return () => lambda;
}

function compileLambda(compiling: Compiling, node: LambdaNode): Lambda {
  return compiling.withVariables(node.params, (slots) => {
    const body = compiling.compile(node.body, false);
    return new Lambda(slots, countNodes(node.body), body);
  });
}

function countNodes(node: Node): number {
  let count = 1;
  for (const child of childrenOf(node)) count += countNodes(child);
  return count;
}

function withinLength(evaluation: Evaluation, value: Slot, node: Node): boolean {
  if (Array.isArray(value) && value.length > evaluation.limits.arrayLength) {
    throw placed(longArray(value.length, evaluation.limits), node.start, node.end);
  }
  return true;
}

interface Place {
  readonly helper: Helper;
  readonly call: Call;
  readonly soft: boolean;
}

/** Decides about an argument of a wrong type: fine, "the result is missing" (false), or a fault. */
function admit(
  evaluation: Evaluation,
  value: Slot,
  param: Param,
  argument: Node,
  { helper, call, soft }: Place,
): boolean {
  const absent = value === undefined || value === null;
  if (value === undefined && param.soft) return true;
  if (absent && (evaluation.empty || (soft && argument === call.receiver))) return false;
  if (absent && argument === call.receiver) throw nullFault(evaluation, call, argument, value);
  if (value === undefined) throw missingFault(evaluation, argument);
  const wanted = param.lambda > 0 ? `${typeSetName(param.types)} or a function` : typeSetName(param.types);
  const message = `${helper.name}() needs ${wanted} for '${param.name}', got ${typeName(value)}`;
  throw new Fault('E_TYPE', message, argument.start, argument.end, {
    hint: typeHint(param, value) ?? signature(helper),
  });
}

function typeHint(param: Param, value: Slot): string | undefined {
  const wanted = typeSetName(param.types);
  if (wanted === 'number' && typeof value === 'string') return 'turn the text into a number with number(…)';
  if (wanted === 'text' && (typeof value === 'number' || typeof value === 'boolean')) {
    return 'turn it into text with string(…)';
  }
  if (wanted === 'array' && typeof value === 'string') return 'use split(…) or parseJson(…) to make an array of a text';
  return undefined;
}
