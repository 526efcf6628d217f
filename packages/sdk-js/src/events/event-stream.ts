import { retryDelay } from '../retry.js';
import type { CallOptions } from '../options.js';
import type { Call, Transport } from '../transport.js';
import { EventParser } from './event-parser.js';

/** Settings of a stream. `timeout` is the longest silence: the API gives a sign of life every 15 s. */
export interface StreamOptions extends CallOptions {
  /** The id of the last event that you have: the stream goes on behind it. */
  readonly lastEventId?: string;
}

/** Attempts in a row that may fail without a message between them; some 50 seconds. */
const MOST_FAILURES = 10;
/** Between the end of a stream and the next one, where the server asks for nothing else. */
const PAUSE_MS = 1_000;

/**
 * Events as they happen: `for await (const event of stream)`. When the stream is cut or ends before its time it is opened again, and goes on behind
 * the last event: none is missing and none comes twice. What a service of the server has sent again after a crash is another event, with the same `data.id`.
 */
export class EventStream<Event extends { readonly type: string }> implements AsyncIterable<Event> {
  /** Behind which event another stream would go on; empty before the first. */
  lastEventId: string;
  readonly #transport: Transport;
  readonly #call: Call;
  readonly #isLast: (event: Event) => boolean;

  constructor(
    transport: Transport,
    call: Pick<Call, 'path' | 'query'> & Partial<Pick<Call, 'method'>>,
    { lastEventId = '', ...options }: StreamOptions,
    isLast: (event: Event) => boolean = () => false,
  ) {
    this.#transport = transport;
    this.#call = { method: 'GET', ...call, options };
    this.#isLast = isLast;
    this.lastEventId = lastEventId;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    const { maxRetries = MOST_FAILURES, signal } = this.#call.options ?? {};
    for (let failures = 0; ;) {
      const parser = new EventParser(this.lastEventId);
      let delay: number | undefined;
      try {
        const opened = await this.#transport.open(this.#call, this.lastEventId);
        // Nothing comes behind the last event.
        if (opened === null) return;
        for await (const piece of opened)
          for (const { id, data } of parser.push(piece)) {
            failures = 0;
            this.lastEventId = id;
            if (data === undefined) continue;
            const event = this.#transport.parse(data) as Event;
            yield event;
            if (this.#isLast(event)) return;
          }
      } catch (error) {
        delay = failures < maxRetries ? retryDelay(error, failures, true) : undefined;
        if (delay === undefined) throw error;
        failures += 1;
      }
      await this.#transport.clock.sleep(delay ?? parser.retry ?? PAUSE_MS, signal);
    }
  }
}
