import type { RawProblem, TextPosition } from '../problem.js';

/** Finds the place of a problem in the text that a document was read from; undefined for what is not in the text. */
export type Locate = (problem: Pick<RawProblem, 'at' | 'on' | 'span'>) => TextPosition | undefined;

/** A document and, when it came as text, where its parts are. */
export interface Source {
  readonly value: unknown;
  /** Undefined for a source without text. */
  readonly locate: Locate | undefined;
}
