import { MASK } from '@millrace/contracts';
import { compileCondition, compileTemplate, type Program } from '@millrace/expression';
import { ExactNumber } from '@millrace/expression/exact';
import { fieldSites, stepDefinitions, valuesAt, type StepPlan } from '@millrace/schema';

/** `{{secrets.name}}` alone: what it stands for can be masked without masking what is around it. */
const BARE_SECRET = /\{\{\s*secrets\.[A-Za-z_]\w*\s*\}\}/g;

/** A text of a step's config that is evaluated, compiled so that no secret is in what it gives. */
export interface StepText {
  readonly at: readonly (string | number)[];
  readonly program: Program;
  /** Ids of the steps that it reads; `all` when they are chosen while it runs. */
  readonly steps: ReadonlySet<string> | 'all';
  /** Whether it reads the item of a loop, or of its position what depends on the items. */
  readonly readsItem: boolean;
  /** Whether it works with a secret, so that nothing of what it gives may be shown. */
  readonly hidden: boolean;
}

/** Parts of a config that are no input of the step itself: other steps, and where it goes on. */
const NO_INPUT: readonly string[] = ['steps', 'targets'];

/** The config of a step without what is no input, and the texts in it, in the order in which they are there. Throws ExpressionError. */
export function textsOf({ type, config }: StepPlan): { readonly config: unknown; readonly texts: readonly StepText[] } {
  const sites = fieldSites(stepDefinitions[type].config);
  const left = sites.filter(({ kind }) => NO_INPUT.includes(kind));
  const texts = sites.flatMap(({ path, kind }) =>
    kind === 'template' || kind === 'condition'
      ? valuesAt(config, path, []).flatMap(({ at, value }) => textsIn(value, at, kind))
      : [],
  );
  return { config: left.reduce<unknown>((rest, { path }) => without(rest, path), config), texts };
}

function textsIn(value: unknown, at: readonly (string | number)[], kind: 'template' | 'condition'): StepText[] {
  if (typeof value === 'string') return kind === 'condition' || value.includes('{{') ? [textOf(value, at, kind)] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...at, index], kind));
  return Object.entries(value).flatMap(([name, item]) => textsIn(item, [...at, name], kind));
}

function textOf(source: string, at: readonly (string | number)[], kind: 'template' | 'condition'): StepText {
  const program = kind === 'condition' ? compileCondition(source) : compileTemplate(source.replace(BARE_SECRET, MASK));
  const { references } = program;
  const isDynamic = references.some(({ kind: of, root }) => of === 'root' && root === 'steps');
  return {
    at,
    program,
    steps: isDynamic ? 'all' : new Set(references.flatMap(({ kind: of, root }) => (of === 'step' ? [root] : []))),
    readsItem: references.some(({ root }) => root === 'item' || root === 'loop'),
    hidden: program.usesSecrets,
  };
}

/** The value without the members at a path; `*` stands for every element of an array. */
function without(value: unknown, [head, ...rest]: readonly string[]): unknown {
  if (head === '*' && Array.isArray(value)) return value.map((item) => without(item, rest));
  if (typeof value !== 'object' || value === null || head === undefined || !Object.hasOwn(value, head)) return value;
  const { [head]: member, ...others } = value as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [head]: without(member, rest) };
}

/** The config with what its texts have given in their places. It is copied once, since the config is shared. */
export function filledIn(config: unknown, texts: readonly StepText[], values: readonly unknown[]): unknown {
  let filled = copied(config);
  for (const [index, { at }] of texts.entries()) {
    const value = values[index];
    const last = at.at(-1);
    if (last === undefined) filled = value;
    else define(at.slice(0, -1).reduce(memberOf, filled) as object, last, value);
  }
  return filled;
}

/** A copy of the arrays and objects; what is in them cannot be changed. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  // By definition and not by assignment, as below.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copied(item)]));
}

function memberOf(whole: unknown, name: string | number): unknown {
  return (whole as Record<string | number, unknown>)[name];
}

/** Defined and not assigned: a member may be called `__proto__`. */
function define(place: object, name: string | number, value: unknown): void {
  Object.defineProperty(place, name, { value, enumerable: true, writable: true, configurable: true });
}
