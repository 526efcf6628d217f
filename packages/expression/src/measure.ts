import { Fault } from './errors.js';
import { type Evaluation, longArray } from './evaluation.js';
import { ExactNumber } from './exact/exact-number.js';
import { FORBIDDEN_KEY, isArray, isFinite, isPlainArray, isPlainObject, keysOfObject, typeName } from './value.js';

/** Steps of looking at one value; small, because a step may pass on as much data as its output may have. */
const LOOK = 1 / 32;
/** Objects with more keys are kept as tables by the host, which takes long to list their keys. */
const WIDE = 512;
/** Steps are spent this many at a time. */
const SPENT_TOGETHER = 64;

/** How a value is measured: as a result, or as JSON about to be written with this many spaces of indentation. */
export type MeasureMode = 'result' | { readonly indent: number };

/**
 * Walks a value as writing it to JSON would: shared parts count as often as they appear. Returns its size in characters
 * and spends steps for every part. @throws Fault E_LIMIT (size, depth, steps), E_VALUE (not plain data)
 */
export function measure(value: unknown, evaluation: Evaluation, mode: MeasureMode = 'result'): number {
  const measuring = new Measuring(evaluation, mode);
  measuring.walk(value, 0);
  return measuring.finish();
}

class Measuring {
  readonly #write: boolean;
  readonly #indent: number;
  #size = 0;
  #pending = 0;

  constructor(
    private readonly evaluation: Evaluation,
    mode: MeasureMode,
  ) {
    this.#write = mode !== 'result';
    this.#indent = mode === 'result' ? 0 : mode.indent;
  }

  finish(): number {
    this.evaluation.charge(Math.ceil(this.#pending));
    return this.#size;
  }

  walk(item: unknown, depth: number): void {
    if (typeof item === 'string') return this.#spendText(item, depth);
    if (typeof item === 'boolean' || item === null) return this.#spend(5, depth);
    if (typeof item === 'number') {
      if (isFinite(item)) return this.#spend(12, depth);
    } else if (typeof item === 'object') {
      const { dataDepth } = this.evaluation.limits;
      if (depth >= dataDepth) {
        throw new Fault('E_LIMIT', `the result is nested deeper than ${String(dataDepth)} levels`);
      }
      if (isArray(item)) return this.#walkArray(item, depth);
      if (isPlainObject(item)) return this.#walkObject(item, depth);
      if (item instanceof ExactNumber) return this.#spend(item.text.length, depth);
    }
    const what = typeof item === 'number' ? 'a number that is not finite' : typeName(item);
    throw new Fault('E_VALUE', `the result holds ${what}, which is not plain data`, -1, -1, {
      hint: 'values must come from JSON or go through toPlain()',
    });
  }

  #walkArray(items: readonly unknown[], depth: number): void {
    const { limits } = this.evaluation;
    if (items.length > limits.arrayLength) throw longArray(items.length, limits);
    if (!isPlainArray(items)) throw new Fault('E_VALUE', 'the result holds an array that is not plain data');
    this.#spend(2, depth);
    for (let index = 0; index < items.length; index++) this.walk(items[index], depth + 1);
  }

  #walkObject(object: object, depth: number): void {
    this.#spend(2, depth);
    const keys = keysOfObject(object);
    if (keys.length > WIDE) this.#pending += keys.length >> 3;
    for (const key of keys) {
      if (key === FORBIDDEN_KEY) throw new Fault('E_VALUE', `the result holds the key '${FORBIDDEN_KEY}'`);
      const item = (object as Record<string, unknown>)[key];
      // JSON leaves such a key out, and reading it gives a missing value.
      if (item === undefined) continue;
      this.#spendText(key, depth);
      this.walk(item, depth + 1);
    }
  }

  #spendText(text: string, depth: number): void {
    this.#spend(text.length + 3, depth);
    if (!this.#write) return;
    const escaped = escapedLength(text);
    if (escaped === 0) return;
    // The host writes an escape some ten times as slowly as a letter.
    this.#pending += escaped >> 3;
    this.#spend(escaped, 0);
  }

  #spend(amount: number, depth: number): void {
    const { outputLength } = this.evaluation.limits;
    this.#size += amount + depth * this.#indent;
    if (this.#size > outputLength) {
      throw new Fault('E_LIMIT', `the result is larger than ${String(outputLength)} characters of JSON`, -1, -1, {
        hint: 'pass on only what is needed, e.g. pick(…), slice(0, 1000) or map(x => x.id)',
      });
    }
    this.#pending += this.#write ? (amount >> 6) + 1 : LOOK;
    if (this.#pending < SPENT_TOGETHER) return;
    const spent = Math.floor(this.#pending);
    this.#pending -= spent;
    this.evaluation.charge(spent);
  }
}

/** How much longer a text becomes in JSON: control characters and halves of characters take six, quotes and `\` two. */
function escapedLength(text: string): number {
  if (!/[\0-\x1f"\\\ud800-\udfff]/.test(text)) return 0;
  let more = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32) more += 5;
    else if (code === 34 || code === 92) more++;
    else if (code >= 0xd800 && code < 0xe000) {
      const next = code < 0xdc00 ? text.charCodeAt(at + 1) : 0;
      if (next >= 0xdc00 && next < 0xe000) at++;
      else more += 5;
    }
  }
  return more;
}
