import { LIMITS } from '@millrace/contracts';
import type { NatsBus } from '../nats-bus.js';
import type { ConsumerSpec } from '../topology.js';
import { isTerminal, retryDelay, verdictOnFailure } from '../verdict.js';
import { workMeter } from '../work-meter.js';
import { inPortions, ownersOf, receivedOf, runBatch } from './batch-parts.js';
import { holdDeathNote, type DeathNote } from './death-notes.js';
import type { BatchContext, NestHandler, Received } from './delivery.js';
import { giveUp } from './give-up.js';
import { HoldBack } from './hold-back.js';
import type { Incoming } from './incoming.js';
import { LanePuller } from './lane-puller.js';
import { readPayload, settle, type AnyMessage } from './one-message.js';
import { CHECK_MS, heartbeatMs, type Runner } from './runner.js';
import type { Turns } from './turns.js';

/** Deliveries after which a message that alone keeps failing, while others succeed, is poison. */
const POISON_DELIVERIES = 8;
/** "Others succeed" means within this time: an outage of the database must not turn good messages into dead letters. */
const RECENT_SUCCESS_MS = 60_000;

/** From this delivery on a message may be what its consumers die of. */
const SUSPECT_DELIVERIES = 3;
/** A process that has survived a suspect for so long does not die of it: it waits for something. */
const HARMLESS_AFTER_MS = 10_000;

/** What may be held back of one consumer, beside `maxMessages`. */
const HELD_BYTES = 8 * 1024 * 1024;

/** How batches are made. */
export interface BatchOptions {
  readonly maxMessages: number;
  /** Time from the end of a batch to the begin of the next one, unless that is full before. */
  readonly lingerMs: number;
  /** How long messages that say that more of their subject follow are held back for these; 0 for never. */
  readonly holdMs: number;
}

/** What is done with batches. */
export interface BatchWork {
  readonly handler: NestHandler;
  /** Called with each message that is about to become a dead letter; when it throws, the message comes again instead. */
  readonly givenUp?: NestHandler | undefined;
  /** Shared by all batch runners of the process. */
  readonly turns: Turns;
}

interface Readable {
  readonly incoming: Incoming;
  readonly received: Received<unknown>;
}

/**
 * Runs a handler for batches from one consumer, one batch at a time, while the next is being collected. The more comes,
 * the larger the batches. A batch that fails comes again as a whole; one that fails again is taken apart, so that a single
 * poison message does not take its neighbours along. One that comes again and again is worked on alone in the process, so that
 * a death can be attributed to it: after `LIMITS.messageDeaths` of them it is given up.
 */
export class BatchRunner implements Runner {
  readonly #lane: LanePuller;
  readonly #waiting: Incoming[] = [];
  readonly #held: HoldBack;
  #release: NodeJS.Timeout | undefined;
  #lastEnd = -Infinity;
  readonly #timers: NodeJS.Timeout[] = [];
  #current: Incoming[] = [];
  #note: DeathNote | undefined;
  #cancelLinger: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;
  #scheduled = false;
  #lastSuccess = 0;
  #unlisten: (() => void) | undefined;

  constructor(
    private readonly bus: NatsBus,
    private readonly message: AnyMessage,
    private readonly work: BatchWork,
    private readonly consumer: ConsumerSpec,
    private readonly options: BatchOptions,
    private readonly signal: AbortSignal,
  ) {
    const { holdMs: maxMs, maxMessages } = options;
    this.#held = new HoldBack({ maxMs, maxMessages: maxMs > 0 ? maxMessages : 0, maxBytes: HELD_BYTES });
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
        () => [...this.#current, ...this.#waiting, ...this.#held.messages].forEach((incoming) => incoming.working()),
        heartbeatMs(this.consumer.ackWaitMs),
      ),
    );
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unlisten?.();
    this.#cancelLinger?.();
    clearTimeout(this.#release);
    await this.#lane.stop();
    [...this.#waiting.splice(0), ...this.#held.clear()].forEach((incoming) => incoming.nak());
  }

  async idle(): Promise<void> {
    await this.#running;
    this.#timers.forEach((timer) => clearInterval(timer));
  }

  abandon(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
    // The process ends now, and not because of the message.
    void this.#note?.release();
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
    this.#waiting.push(...this.#held.take(incoming, performance.now()));
    this.#releaseInTime();
    this.#begin();
    this.#schedule();
  }

  #releaseInTime(): void {
    const { due } = this.#held;
    if (due === undefined || this.#release !== undefined) return;
    this.#release = setTimeout(() => {
      this.#release = undefined;
      this.#waiting.push(...this.#held.overdue(performance.now()));
      this.#releaseInTime();
      this.#begin();
    }, due - performance.now());
  }

  /** Starts a batch when a full one is there, and otherwise after the linger time. What comes after a pause waits for nothing. */
  #begin(): void {
    if (this.#running !== undefined || this.#stopping || this.#waiting.length === 0) return;
    if (this.#waiting.length >= this.options.maxMessages) return this.#runNext();
    this.#cancelLinger ??= after(this.#lastEnd + this.options.lingerMs - performance.now(), () => this.#runNext());
  }

  #runNext(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#running !== undefined || this.#stopping) return;
    this.#current = this.#waiting.splice(0, this.options.maxMessages);
    this.#running = this.#runAll(this.#current).finally(() => {
      this.#current = [];
      this.#running = undefined;
      this.#lastEnd = performance.now();
      this.#schedule();
      this.#begin();
    });
  }

  async #runAll(batch: readonly Incoming[]): Promise<void> {
    const { turns } = this.work;
    const isSuspect = ({ info }: Incoming) => info.deliveryCount >= SUSPECT_DELIVERIES;
    for (const portion of inPortions(batch.filter((incoming) => !isSuspect(incoming))))
      await turns.together(() => this.#run(portion));
    for (const suspect of batch.filter(isSuspect)) await turns.alone(() => this.#runSuspect(suspect));
  }

  async #run(batch: readonly Incoming[]): Promise<void> {
    const readable: Readable[] = [];
    for (const incoming of batch) {
      try {
        readable.push(await this.#read(incoming));
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

  async #oneByOne(readable: readonly Readable[]): Promise<void> {
    for (const entry of readable) {
      try {
        await this.#handle([entry]);
      } catch (error) {
        await this.#failedAlone(entry.incoming, error);
      }
    }
  }

  async #runSuspect(incoming: Incoming): Promise<void> {
    if (this.signal.aborted) return incoming.nak();
    let harmless: NodeJS.Timeout | undefined;
    try {
      const note = await holdDeathNote(this.bus, incoming);
      this.#note = note;
      if (note.deaths >= LIMITS.messageDeaths) return await this.#quarantine(incoming, note);
      harmless = setTimeout(() => void note.release(), HARMLESS_AFTER_MS);
      const readable = await this.#read(incoming);
      await this.#handle([readable], () => note.release());
    } catch (error) {
      await this.#note?.release();
      await this.#failedAlone(incoming, error);
    } finally {
      clearTimeout(harmless);
      await this.#note?.release();
      this.#note = undefined;
    }
  }

  /** A process may die of reading it once more, to save what can be saved of it, but only once. */
  async #quarantine(incoming: Incoming, note: DeathNote): Promise<void> {
    const reason = `Processes died ${LIMITS.messageDeaths} times while they worked on this message alone`;
    await this.#giveUp(incoming, reason, note.deaths === LIMITS.messageDeaths);
  }

  async #handle(readable: readonly Readable[], blameless: () => Promise<void> = NOTHING): Promise<void> {
    const received = readable.map((entry) => entry.received);
    const ended = workMeter.begin(this.message.name, ownersOf(received));
    try {
      const context: BatchContext = { signal: this.signal, blameless };
      await runBatch(this.message.name, readable, () => this.work.handler(received, context));
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
    const verdict = verdictOnFailure(error, { deliveryCount, maxDeliver: limit, aborted: this.signal.aborted });
    await settle(incoming, verdict, (reason) => this.#giveUp(incoming, reason, true));
  }

  async #giveUp(incoming: Incoming, reason: string, readable: boolean): Promise<void> {
    await giveUp(this.bus, incoming, reason, { handler: this.work.givenUp, signal: this.signal, readable });
  }

  async #read(incoming: Incoming): Promise<Readable> {
    const payload = await readPayload(this.bus, this.message, incoming);
    return { incoming, received: receivedOf(incoming, payload) };
  }

  #report(error: unknown, messages: number, again: boolean): void {
    const fields = { stream: this.consumer.stream, consumer: this.consumer.name, messages, err: error };
    this.bus.internals.logger.warn(
      fields,
      again ? 'A batch failed again; trying its messages one by one' : 'A batch failed; it comes again',
    );
  }
}

/** A timer takes a millisecond at least. */
function after(ms: number, run: () => void): () => void {
  if (ms > 0) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  }
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}

const NOTHING = (): Promise<void> => Promise.resolve();
