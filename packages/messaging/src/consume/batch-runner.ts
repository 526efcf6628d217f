import { LIMITS } from '@millrace/contracts';
import type { NatsBus } from '../nats-bus.js';
import type { ConsumerSpec } from '../topology.js';
import { isTerminal, retryDelay, verdictOnFailure } from '../verdict.js';
import { sizeInName } from '../payload-store.js';
import { HEADERS, headerOf } from '../wire.js';
import { ownerOf, workMeter } from '../work-meter.js';
import { runHandler, type NestHandler, type Received } from './delivery.js';
import type { Incoming } from './incoming.js';
import { LanePuller } from './lane-puller.js';
import { readPayload, settle, type AnyMessage } from './message-runner.js';
import { CHECK_MS, heartbeatMs, type Runner } from './runner.js';

/** Deliveries after which a message that alone keeps failing, while others succeed, is poison. */
const POISON_DELIVERIES = 8;
/** "Others succeed" means within this time: an outage of the database must not turn good messages into dead letters. */
const RECENT_SUCCESS_MS = 60_000;

/** What the payloads of one portion may weigh together. */
const PORTION_BYTES = 16 * 1024 * 1024;

/** How batches are made. */
export interface BatchOptions {
  readonly maxMessages: number;
  /** How long the first message of a batch waits for others while the handler is idle. */
  readonly lingerMs: number;
}

/**
 * Runs a handler for batches from one consumer, one batch at a time, while the next is being collected. The more comes,
 * the larger the batches. A batch that fails comes again as a whole; one that fails again is taken apart, so that a single
 * poison message does not take its neighbours along.
 */
export class BatchRunner implements Runner {
  readonly #lane: LanePuller;
  readonly #waiting: Incoming[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #current: Incoming[] = [];
  #linger: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;
  #scheduled = false;
  #lastSuccess = 0;
  #unlisten: (() => void) | undefined;

  constructor(
    private readonly bus: NatsBus,
    private readonly message: AnyMessage,
    private readonly handler: NestHandler,
    private readonly consumer: ConsumerSpec,
    private readonly options: BatchOptions,
    private readonly signal: AbortSignal,
  ) {
    this.#lane = new LanePuller(consumer, bus, {
      received: this.#received.bind(this),
      changed: this.#schedule.bind(this),
    });
  }

  start(): void {
    this.#lane.start();
    this.#unlisten = this.bus.onReconnect(() => this.#lane.reset());
    this.#timers.push(
      setInterval(() => this.#lane.check(), CHECK_MS),
      setInterval(
        () => [...this.#current, ...this.#waiting].forEach((incoming) => incoming.working()),
        heartbeatMs(this.consumer.ackWaitMs),
      ),
    );
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unlisten?.();
    clearTimeout(this.#linger);
    await this.#lane.stop();
    this.#waiting.splice(0).forEach((incoming) => incoming.nak());
  }

  async idle(): Promise<void> {
    await this.#running;
    this.#timers.forEach((timer) => clearInterval(timer));
  }

  abandon(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
    this.#current.forEach((incoming) => incoming.nak());
  }

  /** Room is for two batches: one in the handler, one being collected. Asked for in portions, not one by one. */
  #schedule(): void {
    if (this.#scheduled || this.#stopping) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#stopping || !this.#lane.ready) return;
      const { maxMessages } = this.options;
      const room = 2 * maxMessages - this.#lane.listening - this.#waiting.length - this.#current.length;
      if (room >= Math.max(1, maxMessages / 2) || (room > 0 && this.#lane.listening === 0))
        this.#lane.pull({ listen: room, fetch: 0 });
    });
  }

  #received(incoming: Incoming): void {
    if (this.#stopping) return incoming.nak();
    this.#waiting.push(incoming);
    if (this.#running === undefined) this.#begin();
    this.#schedule();
  }

  /** Starts a batch when a full one is there, and otherwise after the linger time. */
  #begin(): void {
    if (this.#running !== undefined || this.#stopping || this.#waiting.length === 0) return;
    if (this.#waiting.length < this.options.maxMessages && this.#linger === undefined) {
      this.#linger = setTimeout(() => this.#runNext(), this.options.lingerMs);
    } else if (this.#waiting.length >= this.options.maxMessages) {
      this.#runNext();
    }
  }

  #runNext(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#running !== undefined || this.#stopping) return;
    this.#current = this.#waiting.splice(0, this.options.maxMessages);
    this.#running = this.#runInPortions(this.#current).finally(() => {
      this.#current = [];
      this.#running = undefined;
      this.#schedule();
      this.#begin();
    });
  }

  /** Payloads are read and handled a portion at a time, so that a batch of large ones does not fill the memory. */
  async #runInPortions(batch: readonly Incoming[]): Promise<void> {
    let portion: Incoming[] = [];
    let bytes = 0;
    for (const incoming of batch) {
      const size = payloadBytes(incoming);
      if (portion.length > 0 && bytes + size > PORTION_BYTES) {
        await this.#run(portion);
        portion = [];
        bytes = 0;
      }
      portion.push(incoming);
      bytes += size;
    }
    await this.#run(portion);
  }

  async #run(batch: readonly Incoming[]): Promise<void> {
    const readable: { incoming: Incoming; received: Received<unknown> }[] = [];
    for (const incoming of batch) {
      try {
        readable.push({
          incoming,
          received: this.#toReceived(incoming, await readPayload(this.bus, this.message, incoming)),
        });
      } catch (error) {
        await this.#failedAlone(incoming, error);
      }
    }
    if (readable.length === 0) return;
    try {
      await this.#handle(readable);
    } catch (error) {
      const again = readable.some(({ incoming }) => incoming.info.deliveryCount > 1);
      this.#report(error, readable.length, again);
      if (this.signal.aborted) return readable.forEach(({ incoming }) => incoming.nak());
      if (again || isTerminal(error)) return this.#oneByOne(readable);
      for (const { incoming } of readable) incoming.nak(retryDelay(1, Math.random()));
    }
  }

  async #oneByOne(readable: readonly { incoming: Incoming; received: Received<unknown> }[]): Promise<void> {
    for (const entry of readable) {
      try {
        await this.#handle([entry]);
      } catch (error) {
        await this.#failedAlone(entry.incoming, error);
      }
    }
  }

  async #handle(readable: readonly { incoming: Incoming; received: Received<unknown> }[]): Promise<void> {
    const received = readable.map((entry) => entry.received);
    const ended = workMeter.begin(this.message.name, ownersOf(received));
    try {
      await runHandler(this.handler, received, { signal: this.signal });
    } finally {
      ended();
    }
    this.#lastSuccess = Date.now();
    // Confirming the last one confirms all: the server takes acknowledgements of a connection in order.
    readable.slice(0, -1).forEach(({ incoming }) => incoming.ackUnconfirmed());
    await readable.at(-1)?.incoming.ack();
  }

  async #failedAlone(incoming: Incoming, error: unknown): Promise<void> {
    const { deliveryCount } = incoming.info;
    const othersSucceed = Date.now() - this.#lastSuccess < RECENT_SUCCESS_MS;
    const limit = this.consumer.maxDeliver > 0 ? this.consumer.maxDeliver : othersSucceed ? POISON_DELIVERIES : -1;
    await settle(
      this.bus,
      incoming,
      verdictOnFailure(error, { deliveryCount, maxDeliver: limit, aborted: this.signal.aborted }),
    );
  }

  #toReceived(incoming: Incoming, payload: unknown): Received<unknown> {
    const { sequence, deliveryCount, storedAt } = incoming.info;
    return { payload, sequence, subject: incoming.message.subject, deliveryCount, storedAt };
  }

  #report(error: unknown, messages: number, again: boolean): void {
    const fields = { stream: this.consumer.stream, consumer: this.consumer.name, messages, err: error };
    this.bus.internals.logger.warn(
      fields,
      again ? 'A batch failed again; trying its messages one by one' : 'A batch failed; it comes again',
    );
  }
}

/** The organisations of the first messages of a batch: enough to see who fills it. */
function ownersOf(batch: readonly Received<unknown>[]): string {
  return [...new Set(batch.slice(0, 3).map(({ payload }) => ownerOf(payload)))].join(', ');
}

/** The size of a payload; one in the object store whose name does not tell counts as large, because only reading it would. */
function payloadBytes({ message }: Incoming): number {
  const objectName = headerOf(message, HEADERS.payloadObject);
  return objectName === undefined ? message.data.length : (sizeInName(objectName) ?? LIMITS.stepOutputBytes);
}
