/** Injection token of the {@link KeepOptions}. */
export const KEEP_OPTIONS = Symbol('history:keep-options');

/** How long things are kept. Milliseconds. */
export interface KeepOptions {
  /** The journal entries of a finished execution, after its record is written. */
  readonly journalFinishedMs: number;
  /** The record of a finished execution, after its end, where its workflow does not say it; null for ever. */
  readonly recordsMs: number | null;
  /** An execution may go on for so long before it is looked whether anything still runs it; null for never. */
  readonly lostAfterMs: number | null;
  /** The figures of a day; null for ever. */
  readonly statsMs: number | null;
}
