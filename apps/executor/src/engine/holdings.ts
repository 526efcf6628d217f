import { LIMITS, toolRoundIn, type ExecutionEvent } from '@millrace/contracts';
import type { Opening, Task } from './frames.js';
import { sizeOf, type Weight } from './value-size.js';

/** A frame, its task and its scope, without the results that it copies. */
const FRAME_HEAP = 1_024;
const RESULT_HEAP = 24;

/**
 * What an execution holds, in bytes: its input and all recorded results for good, and the items of a loop while it runs.
 * It depends only on what was recorded, in its order, so that an execution that is resumed comes to the same verdict.
 */
export class Holdings {
  #bytes = 0;
  #heap = 0;

  constructor(readonly limit: number = LIMITS.executionBytes) {}

  /** As JSON; what `limit` bounds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** About what it takes of the process's heap. */
  get heap(): number {
    return this.#heap;
  }

  /** Whether so many more bytes are within the limit. */
  fits(bytes: number): boolean {
    return this.#bytes + bytes <= this.limit;
  }

  add(weight: Weight): void {
    this.#bytes += weight.bytes;
    this.#heap += weight.heap;
  }

  remove(weight: Weight): void {
    this.#bytes -= weight.bytes;
    this.#heap -= weight.heap;
  }
}

/** What a step run weighs whose payload (output, or details of its failure) has this size. */
export function resultWeight(payload: Weight): Weight {
  return { bytes: payload.bytes + LIMITS.stepRunBytes, heap: payload.heap + LIMITS.stepRunBytes };
}

/** What a recorded event weighs; null for one that holds nothing. */
export function eventWeight(event: ExecutionEvent): Weight | null {
  switch (event.type) {
    case 'started':
      return sizeOf(event.test === undefined ? (event.input ?? null) : [event.input, event.test], Infinity);
    case 'step_completed':
      return resultWeight(sizeOf(event.output ?? null, Infinity));
    case 'step_failed':
      return resultWeight(sizeOf(event.error, Infinity));
    case 'step_waiting':
      // What people are asked, and what a model has said, may be large; anything else that is frozen is a name.
      if (event.waits_for === 'approval') return sizeOf(event.frozen ?? null, Infinity);
      return toolRoundIn(event) === null ? null : sizeOf(event.frozen, Infinity);
    case 'step_skipped':
      return resultWeight({ bytes: 0, heap: 0 });
    default:
      return null;
  }
}

/** What a loop or parallel weighs while it runs: its items, and the blocks that run beside each other. */
export function openingWeight(task: Task, opening: Opening, limit: number): Weight {
  const items = opening.kind === 'loop' ? sizeOf(opening.items, limit) : { bytes: 0, heap: 0 };
  const frames =
    opening.kind === 'loop' ? Math.min(opening.concurrency, opening.items.length) : task.step.blocks.length;
  const scopeHeap = FRAME_HEAP + RESULT_HEAP * Object.keys(task.scope.steps).length;
  return { bytes: items.bytes + LIMITS.stepRunBytes * (1 + frames), heap: items.heap + scopeHeap * (1 + frames) };
}
