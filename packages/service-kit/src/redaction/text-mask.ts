import { LIMITS, MASK } from '@millrace/contracts';
import { PieceFinder, type Found } from './piece-finder.js';
import { formsOf } from './secret-forms.js';

/** A piece of a long secret is one from this length on. */
export const LONGEST_PIECE = 16;

/**
 * Masks values, and pieces of them, in texts. A piece is half of the value in one of its forms, but at least 8 and at most 16
 * characters: a value that is cut off, or split over two outputs, does not get through.
 */
export class TextMask {
  /** By the least length of a piece. */
  readonly #finders = new Map<number, PieceFinder>();

  /** Values are masked from now on; those that are too short are none. */
  add(value: string): void {
    if (value.length < LIMITS.maskedCharacters) return;
    for (const form of formsOf(value)) this.#finderFor(form).add(form);
  }

  /** The same text when there is nothing to mask. */
  apply(text: string): string {
    const found = text.length < LIMITS.maskedCharacters ? [] : this.find(text);
    return found.length === 0 ? text : masked(text, found);
  }

  /** Where there is something to mask, in any order. */
  find(text: string): Found[] {
    let found: Found[] = [];
    for (const finder of this.#finders.values()) {
      const more = finder.find(text);
      if (more.length > 0) found = found.length === 0 ? more : [...found, ...more];
    }
    return found;
  }

  #finderFor(form: string): PieceFinder {
    const piece = Math.min(Math.max(Math.ceil(form.length / 2), LIMITS.maskedCharacters), LONGEST_PIECE);
    let finder = this.#finders.get(piece);
    if (finder === undefined) this.#finders.set(piece, (finder = new PieceFinder(piece)));
    return finder;
  }
}

function masked(text: string, found: Found[]): string {
  found.sort(([a], [b]) => a - b);
  const parts: string[] = [];
  let from = 0;
  let until = -1;
  for (const [start, end] of found) {
    // What overlaps or touches is one secret.
    if (start > until) {
      parts.push(text.slice(from, start), MASK);
      until = end;
    } else until = Math.max(until, end);
    from = until;
  }
  parts.push(text.slice(from));
  return parts.join('');
}
