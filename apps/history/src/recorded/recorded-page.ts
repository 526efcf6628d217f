import { LIMITS, type ReadRecorded } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { z } from 'zod';
import type { Entry } from '../executions/entries.js';
import type { EntryReading } from '../executions/execution-sources.js';

type Question = z.output<typeof ReadRecorded.question>;
type Answer = z.output<typeof ReadRecorded.answer>;

/** One page of recorded entries, made while they are read. */
export class RecordedPage implements EntryReading {
  readonly #entries: Answer['entries'] = [];
  #hasMore = false;
  #bytes = 0;

  constructor(
    private readonly bounds: Pick<Question, 'after' | 'before'>,
    private readonly limitBytes: number = LIMITS.reusedPageBytes,
  ) {}

  /** False when the page is full, or what follows is not asked for. */
  add({ sequence, events }: Entry): boolean {
    const { after, before = Infinity } = this.bounds;
    if (sequence <= after) return true;
    if (sequence >= before) return false;
    this.#hasMore = this.#bytes > this.limitBytes;
    if (this.#hasMore) return false;
    this.#bytes += stringifyJson(events).length;
    this.#entries.push({ sequence, events: [...events] });
    return true;
  }

  page(): Answer {
    return { entries: this.#entries, has_more: this.#hasMore };
  }
}
