import type { Evaluation } from '../evaluation.js';
import type { Numeric } from '../exact/exact-number.js';
import { ANY_TYPE, type Slot, TYPE, type TypeSet, type Value, type ValueObject } from '../value.js';

/** A lambda argument at work: which variables it binds, what one run costs, and its body. */
export class Lambda {
  constructor(
    readonly slots: readonly number[],
    readonly cost: number,
    readonly body: (evaluation: Evaluation) => Slot,
  ) {}

  /** Runs the body once and spends its steps. */
  call(evaluation: Evaluation, first: Slot, second: Slot, third?: Slot): Slot {
    const { slots } = this;
    const { locals } = evaluation;
    locals[slots[0] ?? 0] = first;
    if (slots.length > 1) locals[slots[1] ?? 0] = second;
    if (slots.length > 2) locals[slots[2] ?? 0] = third;
    evaluation.charge(this.cost);
    return this.body(evaluation);
  }
}

/** One parameter of a helper; the type argument is what its code receives. */
export interface Param<Type = unknown> {
  readonly name: string;
  /** Types it accepts. */
  readonly types: TypeSet;
  /** May be left out. */
  readonly optional: boolean;
  /** Accepts a missing value, and makes reads in the argument soft. */
  readonly soft: boolean;
  /** Its code is given exact numbers as they are; any other that takes a number is given the nearest double. */
  readonly exact: boolean;
  /** How many variables a lambda may bind here; 0 when no lambda is accepted. */
  readonly lambda: number;
  /** What the variables of the lambda are, for completion: the item, its index, the running result. */
  readonly binds: readonly ('item' | 'index' | 'result')[];
  /** Only in the type: what the code receives. */
  readonly received?: Type;
}

const param = <Type>(name: string, types: TypeSet, changes: Partial<Param<Type>> = {}): Param<Type> => ({
  name,
  types,
  optional: false,
  soft: false,
  exact: types !== TYPE.number,
  lambda: 0,
  binds: [],
  ...changes,
});

/** Parameters by type, each named. */
export const text = (name: string): Param<string> => param(name, TYPE.text);
export const number = (name: string): Param<number> => param(name, TYPE.number);
/** A number of either kind. */
export const numeric = (name: string): Param<Numeric> => param(name, TYPE.number, { exact: true });
export const array = (name: string): Param<readonly Value[]> => param(name, TYPE.array);
export const object = (name: string): Param<ValueObject> => param(name, TYPE.object);
export const any = (name: string): Param<Value> => param(name, ANY_TYPE);
export const oneOf = <Type extends Value>(name: string, types: TypeSet): Param<Type> => param(name, types);

/** A parameter that also accepts a missing value. */
export const softly = <Type>(base: Param<Type>): Param<Type | undefined> => ({ ...base, soft: true });

/** A parameter that may be left out. */
export const optional = <Type>(base: Param<Type>): Param<Type | undefined> => ({ ...base, optional: true });

/** A function of an item and its index. */
export const lambda = (name: string): Param<Lambda> => param(name, 0, { lambda: 2, binds: ['item', 'index'] });

/** A function of the running result, an item and its index. */
export const reducer = (name: string): Param<Lambda> =>
  param(name, 0, { lambda: 3, binds: ['result', 'item', 'index'] });

/** The name of a field of each item, or a function that returns the key of an item. */
export const key = (name: string): Param<string | Lambda> =>
  param(name, TYPE.text, { lambda: 2, binds: ['item', 'index'] });

type Received<Params extends readonly Param[]> = {
  [Position in keyof Params]: Params[Position] extends Param<infer Type> ? Type : never;
};

/** A group of helpers on the reference page. */
export type HelperGroup =
  'Text' | 'Encoding' | 'Arrays' | 'Objects' | 'Numbers' | 'Dates' | 'Files' | 'Conversion and guards';

/** What a reader of the table can know about a helper. */
interface HelperInfo {
  readonly name: string;
  readonly group: HelperGroup;
  readonly params: readonly Param[];
  /** Type of further arguments, if any number of them is accepted. */
  readonly rest: Param | undefined;
  /** Types of the result. */
  readonly returns: TypeSet;
  /** One sentence. */
  readonly doc: string;
  /** Pairs of an expression and its result as JSON; verified by a test. */
  readonly examples: readonly (readonly [expression: string, result: string])[];
  /** Whether `subject.name(…)` is possible beside `name(subject, …)`. */
  readonly method: boolean;
  /** Evaluates only the arguments it needs; compiled, not called. */
  readonly lazy: 'if' | 'coalesce' | undefined;
  /** Needs `options.now`, `options.random` or `options.files`. */
  readonly needs: 'now' | 'random' | 'files' | undefined;
}

/** A helper with its code. */
export interface Helper extends HelperInfo {
  readonly run: (evaluation: Evaluation, ...args: never[]) => Slot;
}

interface HelperSource<Params extends readonly Param[], Rest> {
  readonly params: Params;
  readonly rest?: Param<Rest>;
  readonly returns: TypeSet;
  readonly doc: string;
  readonly examples: readonly (readonly [string, string])[];
  readonly method?: false;
  readonly lazy?: 'if' | 'coalesce';
  readonly needs?: 'now' | 'random' | 'files';
  readonly run: (evaluation: Evaluation, ...args: [...Received<Params>, ...Rest[]]) => Slot;
}

/** One entry of the helper table; the types of `params` decide what `run` receives. */
export function helper<const Params extends readonly Param[], Rest = never>(
  group: HelperGroup,
  name: string,
  source: HelperSource<Params, Rest>,
): Helper {
  return {
    name,
    group,
    params: source.params,
    rest: source.rest,
    returns: source.returns,
    doc: source.doc,
    examples: source.examples,
    method: source.method ?? source.params.length > 0,
    lazy: source.lazy,
    needs: source.needs,
    run: source.run as unknown as Helper['run'],
  };
}
