import { randomInt } from 'node:crypto';

/** Of the rolling hash; odd, and different in each process, so that nobody can choose texts that collide. */
const BASE = randomInt(1 << 24, 1 << 30) * 2 + 1;
const FIRST_SLOTS = 256;

/** Where something is in a text: from the first index to before the second. */
export type Found = readonly [start: number, end: number];

/**
 * Finds pieces of known texts in other texts: every run of `window` characters or more that stands in one of them. Takes time in
 * proportion to the text it looks through, however many it knows: a rolling hash of the last `window` characters is looked up
 * in a table, and what it finds there is compared.
 */
export class PieceFinder {
  /** All known texts, one after the other. */
  #known = '';
  /** Where a window begins in `#known`, plus 1; 0 for none. */
  #slots = new Int32Array(FIRST_SLOTS);
  #count = 0;
  /** What the oldest character of a window counts in its hash. */
  #oldest: number;

  constructor(private readonly window: number) {
    this.#oldest = power(window - 1);
  }

  /** Makes a text known. Shorter ones than the window are none. */
  add(text: string): void {
    if (text.length < this.window) return;
    const from = this.#known.length;
    this.#known += text;
    this.#reserve(text.length);
    this.#eachWindow(text, (hash, at) => {
      if (this.#isKnown(hash, text, at)) return;
      this.#insert(hash, from + at);
    });
  }

  /** Where pieces are, in order; those that overlap or touch are one. */
  find(text: string): Found[] {
    const found: [number, number][] = [];
    if (this.#count === 0) return found;
    this.#eachWindow(text, (hash, at) => {
      if (!this.#isKnown(hash, text, at)) return;
      const last = found.at(-1);
      if (last !== undefined && at <= last[1]) last[1] = at + this.window;
      else found.push([at, at + this.window]);
    });
    return found;
  }

  #eachWindow(text: string, visit: (hash: number, at: number) => void): void {
    const { window } = this;
    if (text.length < window) return;
    const oldest = this.#oldest;
    let hash = 0;
    for (let index = 0; index < window - 1; index++) hash = (Math.imul(hash, BASE) + text.charCodeAt(index)) | 0;
    for (let at = 0, end = window - 1; end < text.length; at++, end++) {
      hash = (Math.imul(hash, BASE) + text.charCodeAt(end)) | 0;
      visit(hash, at);
      hash = (hash - Math.imul(text.charCodeAt(at), oldest)) | 0;
    }
  }

  #isKnown(hash: number, text: string, at: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = slotOf(hash, mask); slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#equals((slots[slot] ?? 0) - 1, text, at)) return true;
    }
    return false;
  }

  #equals(known: number, text: string, at: number): boolean {
    for (let index = 0; index < this.window; index++) {
      if (this.#known.charCodeAt(known + index) !== text.charCodeAt(at + index)) return false;
    }
    return true;
  }

  #insert(hash: number, known: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotOf(hash, mask);
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = known + 1;
    this.#count++;
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

  #hashAt(known: number): number {
    let hash = 0;
    for (let index = 0; index < this.window; index++)
      hash = (Math.imul(hash, BASE) + this.#known.charCodeAt(known + index)) | 0;
    return hash;
  }
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}

function power(exponent: number): number {
  let result = 1;
  for (let index = 0; index < exponent; index++) result = Math.imul(result, BASE);
  return result;
}
