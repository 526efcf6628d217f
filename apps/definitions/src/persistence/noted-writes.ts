import { keyedWrite } from '@millrace/service-kit/keyed-write';

/** Writes that one record keeps: many more than are made between a crash and the repetition of what was under way. */
const REMEMBERED = 32;

/** A record that keeps the writes under `Idempotency-Key`s that have changed it. */
interface RemembersWrites {
  readonly writes?: string[];
}

/** Whether the write that is under way has changed the record before: its answer was lost, and it must not change it again. */
export function hasMade({ writes = [] }: RemembersWrites): boolean {
  const write = keyedWrite();
  return write !== undefined && writes.includes(write.id);
}

/** What an update of the record adds, so that it keeps the write that is under way: with the change itself, or neither is there. */
export function notedWrite(): { $push?: { writes: { $each: string[]; $slice: number } } } {
  const write = keyedWrite();
  return write === undefined ? {} : { $push: { writes: { $each: [write.id], $slice: -REMEMBERED } } };
}
