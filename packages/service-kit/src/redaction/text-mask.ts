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
    if (found.length === 0) return text;
    const rest = new MaskedText(text);
    rest.mask(found);
    return rest.end();
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

/** A text while it is masked, from its beginning to its end. */
export class MaskedText {
  readonly #parts: string[] = [];
  /** What is before it is in the parts. */
  #from = 0;
  /** Where the last thing that was masked ends. */
  #until = -1;

  constructor(private readonly text: string) {}

  /** Masks these, none of which begins before one of an earlier call. Sorts them. */
  mask(found: Found[]): void {
    found.sort(([a], [b]) => a - b);
    for (const [start, end] of found) {
      // What overlaps or touches is one secret.
      if (start > this.#until) {
        this.#parts.push(this.text.slice(this.#from, start), MASK);
        this.#until = end;
      } else this.#until = Math.max(this.#until, end);
      this.#from = this.#until;
    }
  }

  /** The whole; the same text when nothing was masked. */
  end(): string {
    if (this.#until < 0) return this.text;
    this.#parts.push(this.text.slice(this.#from));
    return this.#parts.join('');
  }
}
