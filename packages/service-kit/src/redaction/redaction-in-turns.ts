import { ExactNumber } from '@millrace/expression/exact';
import type { Redact } from './redaction.js';
import { LONGEST_PIECE, MaskedText, type TextMask } from './text-mask.js';

/** Characters that are looked through in one turn of the event loop; each value counts as some. */
const SLICE = 128 * 1024;
const VALUE = 16;

/** Whether a plain value has so many characters or values that its redaction takes a time that others notice. Looks at no more than that. */
export function isLargeToRedact(value: unknown): boolean {
  if (!isObject(value)) return typeof value === 'string' && value.length + VALUE >= SLICE;
  let left = SLICE - VALUE;
  const pending: Readonly<Record<string, unknown>>[] = [value];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    // Done for each result: an array's indices need no texts made of them.
    const names = Array.isArray(current) ? undefined : Object.keys(current);
    const count = names?.length ?? (current as unknown as readonly unknown[]).length;
    if (count * VALUE > left) return true;
    for (let index = 0; index < count; index++) {
      const name = names?.[index];
      const item = name === undefined ? (current as unknown as readonly unknown[])[index] : current[name];
      left -= VALUE + (name === undefined ? 0 : name.length + VALUE);
      if (typeof item === 'string') left -= item.length;
      else if (isObject(item)) pending.push(item);
      if (left <= 0) return true;
    }
  }
  return false;
}

/**
 * What `redact` makes of a plain value, made in slices: `turn` is awaited between two of them, so that a large value, whoever sends it, holds up
 * nobody else. `masks` are those that it masks by. Bound the value before.
 */
export async function redactedInTurns(
  value: unknown,
  by: { readonly redact: Redact; readonly masks: readonly Pick<TextMask, 'find'>[] },
  turn: () => Promise<void>,
): Promise<unknown> {
  return new SlicedRedaction(by.redact, by.masks, turn).of(value);
}

class SlicedRedaction {
  #left = SLICE;

  constructor(
    private readonly redact: Redact,
    private readonly masks: readonly Pick<TextMask, 'find'>[],
    private readonly turn: () => Promise<void>,
  ) {}

  async of(value: unknown): Promise<unknown> {
    if (typeof value === 'string' && value.length > SLICE) return this.#longText(value);
    if (Array.isArray(value)) return this.#array(value);
    if (isObject(value)) return this.#object(value);
    return this.#scalar(value);
  }

  #scalar(value: unknown): unknown {
    this.#left -= typeof value === 'string' ? value.length + VALUE : VALUE;
    return this.redact(value);
  }

  async #longText(text: string): Promise<string> {
    const rest = new MaskedText(text);
    for (let at = 0; at < text.length; at += SLICE) {
      // A piece that begins in a slice ends in it, or right behind it.
      const slice = text.slice(at, at + SLICE + LONGEST_PIECE - 1);
      const found = this.masks.flatMap((mask) => mask.find(slice));
      if (found.length > 0)
        rest.mask(found.filter(([start]) => start < SLICE).map(([start, end]) => [start + at, end + at]));
      await this.turn();
    }
    this.#left = SLICE;
    return rest.end();
  }

  async #array(items: readonly unknown[]): Promise<readonly unknown[]> {
    let copy: unknown[] | undefined;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      const left = isLong(item) ? await this.of(item) : this.#scalar(item);
      if (copy === undefined && left !== item) copy = items.slice(0, index);
      copy?.push(left);
      if (this.#left <= 0) await this.#rest();
    }
    return copy ?? items;
  }

  async #object(object: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const before = Object.entries(object);
    const after: [string, unknown][] = [];
    let isChanged = false;
    for (const [name, value] of before) {
      const leftName = this.#scalar(name) as string;
      const left = isLong(value) ? await this.of(value) : this.#scalar(value);
      isChanged ||= leftName !== name || left !== value;
      after.push([leftName, left]);
      if (this.#left <= 0) await this.#rest();
    }
    // By definition and not by assignment: a member may be called __proto__.
    return isChanged ? Object.fromEntries(after) : object;
  }

  async #rest(): Promise<void> {
    this.#left = SLICE;
    await this.turn();
  }
}

/** Whether it is more than one slice may hold, or may have something that is. */
function isLong(value: unknown): boolean {
  return typeof value === 'string' ? value.length > SLICE : isObject(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}
