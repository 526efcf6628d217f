import { LIMITS, type PatchOperation } from '@millrace/contracts';
import { ExactNumber, stringifyJson } from '@millrace/expression/exact';
import { createPatch } from 'rfc6902';
import { isObject, isSameNumber, type JsonObject } from '../workflows/json-object.js';
import { longestIncreasing } from './longest-increasing.js';

/** What a patch has cost and may cost. */
export class PatchWork {
  /** Pairs of values that were compared. */
  comparisons = 0;
  #operations = 0;
  #pathCharacters = 0;

  /** Counts operations with paths of `length` characters each. Throws {@link PatchTooLarge}. */
  charge(operations: number, length: number): void {
    if (operations === 0) return;
    this.#operations += operations;
    this.#pathCharacters += operations * length;
    if (this.#operations > LIMITS.patchOperations || this.#pathCharacters > LIMITS.patchPathCharacters)
      throw new PatchTooLarge();
  }
}

/** A patch that would be a help to nobody. */
class PatchTooLarge extends Error {}

/** Where two values are: `path` leads to them from a value that is itself under a path of `above` characters. */
interface Place {
  readonly path: string;
  readonly above: number;
}

/**
 * The operations of JSON Patch (RFC 6902) that make `output` of `input`. Each pair of values is compared once, and elements of
 * arrays find their partners in n log n steps, whatever the documents are. A field of the document that would need too many
 * operations is replaced as a whole.
 */
export function documentPatch(input: JsonObject, output: JsonObject, work = new PatchWork()): PatchOperation[] {
  const removed = Object.keys(input).filter((name) => !Object.hasOwn(output, name));
  return [
    ...removed.map((name) => ({ op: 'remove' as const, path: pointer(name) })),
    ...Object.entries(output).flatMap(([name, value]): PatchOperation[] => {
      const path = pointer(name);
      if (!Object.hasOwn(input, name)) return [{ op: 'add', path, value }];
      return patchOrReplacement(input[name], value, path, work);
    }),
  ];
}

function patchOrReplacement(input: unknown, output: unknown, path: string, work: PatchWork): PatchOperation[] {
  try {
    return patchAt(input, output, { path, above: 0 }, work);
  } catch (error) {
    if (error instanceof PatchTooLarge) return [{ op: 'replace', path, value: output }];
    throw error;
  }
}

/** The library compares objects and single values; of arrays it would compare every element with every other. */
function patchAt(input: unknown, output: unknown, { path, above }: Place, work: PatchWork): PatchOperation[] {
  const operations = createPatch(input, output, (former, latter, at) => {
    work.comparisons++;
    const length = at.tokens.reduce((sum, token) => sum + token.length + 1, above + path.length);
    // To the library they are objects without members, all the same.
    if (former instanceof ExactNumber || latter instanceof ExactNumber) {
      if (isSameNumber(former, latter)) return [];
      work.charge(1, length);
      return [{ op: 'replace', path: at.toString(), value: latter as unknown }];
    }
    if (Array.isArray(former) && Array.isArray(latter))
      return arrayPatch(former, latter, { path: at.toString(), above: above + path.length }, work);
    if (isObject(former) && isObject(latter)) work.charge(differentNames(former, latter), length);
    else if (former !== latter) work.charge(1, length);
    return undefined;
  });
  return operations.map((operation) => ({ ...operation, path: path + operation.path }) as PatchOperation);
}

function arrayPatch(
  input: readonly unknown[],
  output: readonly unknown[],
  { path, above }: Place,
  work: PatchWork,
): ReturnType<typeof createPatch> {
  const partners = partnersOf(input, output);
  const kept = new Set(partners.values());
  work.charge(input.length - kept.size + (output.length - partners.size), above + path.length);
  const removed = input.flatMap((_, index) =>
    kept.has(index) ? [] : [{ op: 'remove' as const, path: `${path}/${index}` }],
  );
  const added = output.flatMap((value, index) =>
    partners.has(index) ? [] : [{ op: 'add' as const, path: `${path}/${index}`, value }],
  );
  const changed = [...partners].flatMap(([index, former]) =>
    patchAt(input[former], output[index], { path: `${path}/${index}`, above }, work),
  );
  // From the last to the first, so that none moves those that are still to go; then the new ones, each at its final place.
  return [...removed.reverse(), ...added, ...changed] as ReturnType<typeof createPatch>;
}

/** For each element of `output` that stays, its index in `input`; of elements that changed places only some stay. */
function partnersOf(input: readonly unknown[], output: readonly unknown[]): Map<number, number> {
  const places = new Map(identities(input).map((identity, index) => [identity, index]));
  const pairs = identities(output).flatMap((identity, index): [number, number][] => {
    const former = places.get(identity);
    return former === undefined ? [] : [[index, former]];
  });
  const run = longestIncreasing(pairs.map(([, former]) => former));
  return new Map(pairs.filter((_, position) => run.has(position)));
}

/** By what elements are recognised: a step by its id, a single value by itself, others by their order. */
function identities(elements: readonly unknown[]): string[] {
  const seen = new Map<string, number>();
  return elements.map((element) => {
    const own = isObject(element)
      ? typeof element.id === 'string'
        ? `id ${element.id}`
        : 'object'
      : Array.isArray(element)
        ? 'array'
        : stringifyJson(element);
    const count = (seen.get(own) ?? 0) + 1;
    seen.set(own, count);
    return `${count} ${own}`;
  });
}

function differentNames(input: JsonObject, output: JsonObject): number {
  const missing = (from: JsonObject, other: JsonObject): number =>
    Object.keys(from).reduce((count, name) => (Object.hasOwn(other, name) ? count : count + 1), 0);
  return missing(input, output) + missing(output, input);
}

/** The JSON Pointer (RFC 6901) of a member. */
function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
