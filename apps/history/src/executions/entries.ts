import type { ExecutionEvent } from '@millrace/contracts';

/** A journal entry as history handles it: its place in the journal and its events. */
export interface Entry {
  /** The stream sequence of its journal shard; orders the entries of one execution. */
  readonly sequence: number;
  readonly events: readonly ExecutionEvent[];
  /** The size of its payload as JSON, where it is known. */
  readonly bytes?: number | undefined;
}

/** The size of all that are known. */
export function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}

/** The same entries in journal order, each once. The same sequence always holds the same events. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  const bySequence = new Map(entries.map((entry) => [entry.sequence, entry]));
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}

/** All events of entries that are in order. */
export function eventsOf(entries: readonly Entry[]): readonly ExecutionEvent[] {
  const [only] = entries;
  // Most executions are one entry, and this is asked several times for each.
  return only && entries.length === 1 ? only.events : entries.flatMap((entry) => entry.events);
}
