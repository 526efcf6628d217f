import { randomInt } from 'node:crypto';

/** Of the rolling hash; odd, and different in each process, so that nobody can choose texts that collide. */
const BASE = randomInt(1 << 24, 1 << 30) * 2 + 1;
const FIRST_SLOTS = 256;

/** Where something is in a text: from the first index to before the second. */
export type Found = readonly [start: number, end: number];

/**
 * Finds pieces of known texts in other texts: every run of `window` characters or more that is in one of them. Takes time in
 * proportion to the text it looks through, however many it knows: a rolling hash of the last `window` characters is looked up
 * in a table, and what it finds there is compared.
 */
export class PieceFinder {
  /** UTF-16 units of all known texts, one after the other, and room for more. A text that grew piece by piece would be copied at each look into it. */
  #known = new Uint16Array(FIRST_SLOTS);
  #length = 0;
  /** Where a window begins in `#known`, plus 1; 0 for none. */
  #slots = new Int32Array(FIRST_SLOTS);
  #count = 0;
  /** What the oldest character of a window counts in its hash. */
  readonly #oldest: number;

  constructor(private readonly window: number) {
    this.#oldest = power(window - 1);
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    return this.#known.byteLength + this.#slots.byteLength;
  }

  /** Makes a text known. Shorter ones than the window are none. */
  add(text: string): void {
    const { window } = this;
    if (text.length < window) return;
    const from = this.#length;
    this.#append(text);
    this.#reserve(text.length);
    const oldest = this.#oldest;
    let hash = 0;
    for (let index = 0; index < window - 1; index++) hash = next(hash, text.charCodeAt(index));
    for (let at = 0, end = window - 1; end < text.length; at++, end++) {
      hash = next(hash, text.charCodeAt(end));
      if (!this.#isKnown(hash, text, at)) this.#insert(hash, from + at);
      hash = (hash - Math.imul(text.charCodeAt(at), oldest)) | 0;
    }
  }

  /** Where pieces are, in order; those that overlap or touch are one. */
  find(text: string): Found[] {
    const { window } = this;
    const found: [number, number][] = [];
    if (this.#count === 0 || text.length < window) return found;
    const oldest = this.#oldest;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hash = 0;
    for (let index = 0; index < window - 1; index++) hash = next(hash, text.charCodeAt(index));
    for (let at = 0, end = window - 1; end < text.length; at++, end++) {
      hash = next(hash, text.charCodeAt(end));
      // Nearly always there is nothing, and this is done for each character of all that leaves a step.
      if (slots[slotOf(hash, mask)] !== 0 && this.#isKnown(hash, text, at)) {
        const last = found.at(-1);
        if (last !== undefined && at <= last[1]) last[1] = at + window;
        else found.push([at, at + window]);
      }
      hash = (hash - Math.imul(text.charCodeAt(at), oldest)) | 0;
    }
    return found;
  }

  #isKnown(hash: number, text: string, at: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = slotOf(hash, mask); slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#equals((slots[slot] ?? 0) - 1, text, at)) return true;
    }
    return false;
  }

  #equals(place: number, text: string, at: number): boolean {
    const known = this.#known;
    for (let index = 0; index < this.window; index++) {
      if (known[place + index] !== text.charCodeAt(at + index)) return false;
    }
    return true;
  }

  #insert(hash: number, place: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotOf(hash, mask);
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = place + 1;
    this.#count++;
  }

  #append(text: string): void {
    const length = this.#length + text.length;
    if (length > this.#known.length) {
      const larger = new Uint16Array(Math.max(2 * this.#known.length, length));
      larger.set(this.#known.subarray(0, this.#length));
      this.#known = larger;
    }
    for (let index = 0; index < text.length; index++) this.#known[this.#length + index] = text.charCodeAt(index);
    this.#length = length;
  }

  /** Makes room for so many more windows, in a table that is at most half full. */
  #reserve(more: number): void {
    let size = this.#slots.length;
    while (size < 2 * (this.#count + more)) size *= 2;
    if (size === this.#slots.length) return;
    const former = this.#slots;
    this.#slots = new Int32Array(size);
    this.#count = 0;
    for (const place of former) if (place !== 0) this.#insert(this.#hashAt(place - 1), place - 1);
  }

  #hashAt(place: number): number {
    let hash = 0;
    for (let index = 0; index < this.window; index++) hash = next(hash, this.#known[place + index] ?? 0);
    return hash;
  }
}

function next(hash: number, unit: number): number {
  return (Math.imul(hash, BASE) + unit) | 0;
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}

function power(exponent: number): number {
  let result = 1;
  for (let index = 0; index < exponent; index++) result = Math.imul(result, BASE);
  return result;
}
