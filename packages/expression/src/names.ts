/** The roots every expression may use; any other bare name is a step id. */
export const ROOTS = [
  'input',
  'variables',
  'secrets',
  'env',
  'steps',
  'item',
  'index',
  'loop',
  'execution',
  'workflow',
  'trigger',
] as const;

/** The name of a root. */
export type RootName = (typeof ROOTS)[number];

const rootSet: ReadonlySet<string> = new Set(ROOTS);

/** Roots that exist only inside a `loop` step. */
export const LOOP_ROOTS: ReadonlySet<string> = new Set(['item', 'index', 'loop']);

/** Words with a meaning in the grammar. */
const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'undefined', 'and', 'or', 'not', 'in']);

/** Words of JavaScript that the language refuses by name, so that the message can say so. */
export const REFUSED_WORDS: ReadonlySet<string> = new Set(
  (
    'this new function typeof instanceof void delete return var let const class extends import export await async ' +
    'yield super throw try catch finally while for do switch case break continue debugger with using'
  ).split(' '),
);

/** Whether a bare name is a root and not a step id. */
export function isRoot(name: string): name is RootName {
  return rootSet.has(name);
}

/** Whether a name has a meaning in the grammar, so that it can't be a variable of a lambda. */
export function isKeyword(name: string): boolean {
  return KEYWORDS.has(name) || REFUSED_WORDS.has(name);
}

/**
 * Whether a step may not have this id, because a bare use of it would mean something else.
 *
 * @example isReservedName('input') // true
 */
export function isReservedName(name: string): boolean {
  return rootSet.has(name) || isKeyword(name);
}

/** Whether a name can be written bare (`name.output`), without `steps["name"]`. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) && name !== '__proto__';
}
