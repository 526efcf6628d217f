import { LIMITS, type ExecutionEvent, type ReadReused, type Reuse } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { z } from 'zod';
import type { EntryReading } from '../executions/execution-sources.js';
import { isReused, reusedEvent } from './reused-events.js';

type Started = Extract<ExecutionEvent, { type: 'started' }>;

/** One page of what another execution takes over, made while the events are read. */
export class ReusedPage implements EntryReading {
  readonly #events: ExecutionEvent[] = [];
  #started: Started | undefined;
  #hasMore = false;
  #bytes = 0;
  #seen = 0;

  constructor(
    private readonly reuse: Reuse,
    private readonly skip: number,
    private readonly limitBytes: number = LIMITS.reusedPageBytes,
  ) {}

  /** False when the page is full. */
  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) {
      if (event.type === 'started') this.#started ??= event;
      if (!isReused(event, this.reuse) || this.#seen++ < this.skip) continue;
      this.#hasMore = this.#bytes > this.limitBytes;
      if (this.#hasMore) return false;
      const taken = reusedEvent(event);
      this.#bytes += stringifyJson(taken).length;
      this.#events.push(taken);
    }
    return true;
  }

  page(): z.output<typeof ReadReused.answer> {
    const events = this.#events;
    const has_more = this.#hasMore;
    const started = this.#started;
    if (started === undefined || this.skip > 0 || this.reuse.steps) return { events, has_more };
    const { seed, variables, env } = started;
    const frozen = {
      ...(seed === undefined ? {} : { seed }),
      ...(variables === undefined ? {} : { variables }),
      ...(env === undefined ? {} : { env }),
    };
    return { frozen, events, has_more };
  }
}
