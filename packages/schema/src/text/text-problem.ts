import type { RawProblem } from '../problem.js';

/** What is wrong at a place of a text. */
export interface TextProblem extends Pick<RawProblem, 'code' | 'message'> {
  readonly hint?: string;
  /** UTF-16 code units before it. */
  readonly offset: number;
}

/** Ends the reading of a text, so that what comes after costs nothing. */
export class TextRefused extends Error {
  constructor(readonly problems: readonly TextProblem[]) {
    super('The text has been refused');
    this.name = 'TextRefused';
  }
}

/** Collects problems, and ends the reading with the last one that is listed: one mistake causes many errors after it. */
export class FirstProblems {
  readonly found: TextProblem[] = [];

  constructor(private readonly limit: number) {}

  /** Throws {@link TextRefused} once there are enough. */
  add(problem: TextProblem): void {
    // The library takes what is thrown for an error of its own, and says so once more for each collection around it.
    if (this.found.length < this.limit) this.found.push(problem);
    if (this.found.length >= this.limit) throw new TextRefused(this.found);
  }

  /** Throws {@link TextRefused} when there is any. */
  requireNone(): void {
    if (this.found.length > 0) throw new TextRefused(this.found);
  }
}
