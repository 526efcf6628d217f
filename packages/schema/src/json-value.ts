import { ExactNumber } from '@millrace/expression/exact';
import type { DocumentLimits } from './limits.js';
import type { DocumentPath, Report } from './problem.js';

/** An object or array that is being walked. `keys` is null for an array. */
interface Frame {
  readonly container: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly keys: readonly string[] | null;
  readonly size: number;
  next: number;
}

/** Characters that a value takes as JSON, with the punctuation around it; a text has its own beside these. */
const VALUE_LENGTH = 5;

/**
 * Checks that a value is JSON and within the limits of depth, number of values and size; reports the first thing that is
 * not. Works without recursion, since it runs before anything that would recurse, and keeps nothing but the way to the
 * value it looks at: what an object or array holds is counted before any of it is looked at.
 */
export function checkJson(value: unknown, limits: DocumentLimits, report: Report): boolean {
  const walk = new Walk(limits, report);
  if (!walk.enter(value)) return false;
  for (let frame = walk.innermost; frame !== undefined; frame = walk.innermost) {
    if (frame.next >= frame.size) walk.leave();
    else if (!walk.enterNext(frame)) return false;
  }
  return true;
}

class Walk {
  readonly #open: Frame[] = [];
  #values = 1;
  #length = VALUE_LENGTH;

  constructor(
    private readonly limits: DocumentLimits,
    private readonly report: Report,
  ) {}

  get innermost(): Frame | undefined {
    return this.#open.at(-1);
  }

  /** Looks at a value: opens an object or array, passes anything else. False when a problem has been reported. */
  enter(value: unknown): boolean {
    const frame = frameOf(value);
    if (frame === null) return this.#pass(value);
    if (this.#open.length >= this.limits.documentDepth && frame.size > 0) {
      const message = `the document is nested more than ${this.limits.documentDepth} deep here`;
      this.report({ code: 'too_deep', at: this.#path(), message });
      return false;
    }
    this.#values += frame.size;
    this.#length += frame.size * VALUE_LENGTH;
    for (const key of frame.keys ?? []) this.#length += key.length + 4;
    if (!this.#fits()) return false;
    this.#open.push(frame);
    return true;
  }

  enterNext(frame: Frame): boolean {
    const key = frame.keys === null ? frame.next : (frame.keys[frame.next] ?? '');
    if (key === '__proto__') {
      const hint = 'Choose another name.';
      this.report({
        code: 'not_json',
        at: this.#path(),
        on: 'key',
        message: '"__proto__" is not allowed as a name',
        hint,
      });
      return false;
    }
    return this.enter((frame.container as Readonly<Record<string | number, unknown>>)[key]);
  }

  leave(): void {
    this.#open.pop();
    this.#goOn();
  }

  #pass(value: unknown): boolean {
    if (!isJsonScalar(value)) {
      this.report({ code: 'not_json', at: this.#path(), message: `${describe(value)} has no JSON form` });
      return false;
    }
    if (typeof value === 'string') this.#length += value.length;
    else if (value instanceof ExactNumber) this.#length += value.text.length;
    this.#goOn();
    return this.#fits();
  }

  #goOn(): void {
    const frame = this.#open.at(-1);
    if (frame !== undefined) frame.next += 1;
  }

  #path(): DocumentPath {
    return this.#open.map(({ keys, next }) => (keys === null ? next : (keys[next] ?? '')));
  }

  #fits(): boolean {
    const { documentLength, documentValues } = this.limits;
    if (this.#length <= documentLength && this.#values <= documentValues) return true;
    const what = this.#length > documentLength ? `${documentLength} characters as JSON` : `${documentValues} values`;
    const hint = 'Large data belongs into the input, not into the workflow.';
    this.report({ code: 'too_large', at: [], message: `the document has more than ${what}`, hint });
    return false;
  }
}

function frameOf(value: unknown): Frame | null {
  if (Array.isArray(value)) return { container: value, keys: null, size: value.length, next: 0 };
  if (!isJsonObject(value)) return null;
  const keys = Object.keys(value);
  return { container: value, keys, size: keys.length, next: 0 };
}

function isJsonObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Another realm's object is as good (a browser frame, a test's sandbox): what counts is that its prototype has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isJsonScalar(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value instanceof ExactNumber ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}
