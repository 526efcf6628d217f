import { STREAMS } from '@millrace/contracts';
import type { NatsBus } from '../nats-bus.js';
import type { ConsumerSpec } from '../topology.js';
import { verdictOnFailure, type Verdict } from '../verdict.js';
import { continued } from '../tracing.js';
import { HEADERS, headerOf } from '../wire.js';
import { Roster } from '../roster.js';
import { ownerOf, workMeter } from '../work-meter.js';
import { runHandler, type Delivery, type NestHandler } from './delivery.js';
import { giveUp } from './give-up.js';
import { executionOf } from '../execution-logger.js';
import type { Incoming } from './incoming.js';
import { LanePuller, type LaneEvents } from './lane-puller.js';
import { FairShare, type Fairness } from './fair-share.js';
import { divideSlots, isAnyWithout, slotsLeft } from './lane-slots.js';
import { readPayload, settle, type AnyMessage } from './one-message.js';
import { putOff } from './put-off.js';
import { CHECK_MS, heartbeatMs, type Runner } from './runner.js';
import { WaitingRoom, type Waiting } from './waiting-room.js';

/** Messages of a lane that are looked through in a second, beyond what waits already, for some that may begin. */
const SCANS_PER_SECOND = 1_000;
/** So far ahead of that a lane may be. */
const SCAN_BURST_MS = 20;

/** Messages that are put off at the same time. */
const PUT_OFF_AT_ONCE = 64;

/** Share of the slots with which a key has many. */
const MANY_RUN = 0.25;

/** How the messages of a handler run. */
export interface RunnerOptions {
  readonly concurrency: number;
  /** Without it the slots go to the messages that come first. */
  readonly fairness?: Fairness | undefined;
}

/** What is done with messages. */
export interface MessageWork {
  readonly handler: NestHandler;
  /** Called with each message that is about to become a dead letter; when it throws, the message comes again instead. */
  readonly givenUp?: NestHandler | undefined;
  /** Called with each message that finds no room among those that wait, to keep it elsewhere; without it the server is to bring it again. */
  readonly overflow?: NestHandler | undefined;
}

/** Runs one handler for single messages, over one or more lanes. */
export class MessageRunner implements Runner {
  #lanes: LanePuller[];
  readonly #laneEvents: LaneEvents;
  readonly #inFlight = new Roster<Incoming>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #share: FairShare;
  readonly #waiting: WaitingRoom;
  /** When a lane may be looked through again. */
  readonly #nextScan = new WeakMap<LanePuller, number>();
  #scanTimer: NodeJS.Timeout | undefined;
  #puttingOff = 0;
  #stopping = false;
  #scheduled = false;
  #idleListeners: (() => void)[] = [];
  readonly #unlisten: (() => void)[] = [];

  constructor(
    private readonly bus: NatsBus,
    private readonly message: AnyMessage,
    private readonly work: MessageWork,
    consumers: readonly ConsumerSpec[],
    private readonly options: RunnerOptions,
    private readonly signal: AbortSignal,
  ) {
    this.#share = new FairShare(options.fairness ?? NO_SHARES);
    this.#waiting = new WaitingRoom(options.concurrency);
    this.#laneEvents = { received: this.#received.bind(this), changed: this.#schedule.bind(this) };
    this.#lanes = consumers.map((consumer) => new LanePuller(consumer, bus, this.#laneEvents));
  }

  start(): void {
    for (const lane of this.#lanes) lane.start();
    this.#unlisten.push(this.bus.onReconnect(() => this.#lanes.forEach((lane) => lane.reset())));
    // Its keys are organisations.
    if (this.message.stream === STREAMS.runs && this.options.fairness)
      this.#unlisten.push(this.bus.lanes.watch(() => this.#crowdedKeys()));
    const ackWait = Math.min(...this.#lanes.map((lane) => lane.spec.ackWaitMs));
    this.#timers.push(
      setInterval(() => this.#lanes.forEach((lane) => lane.check()), CHECK_MS),
      // One timer for all: a message may get its first heartbeat early, never late.
      setInterval(() => {
        for (const incoming of this.#inFlight) incoming.working();
        this.#waiting.heartbeat();
      }, heartbeatMs(ackWait)),
    );
    this.#schedule();
  }

  /** Takes messages from these lanes from now on. Of one that is not among them, what it has delivered is worked on to its end. */
  follow(consumers: readonly ConsumerSpec[]): void {
    if (this.#stopping) return;
    for (const lane of this.#lanes) {
      if (!lane.left && consumers.every(({ name }) => name !== lane.spec.name)) lane.leave();
    }
    for (const consumer of consumers) {
      if (this.#lanes.some((lane) => !lane.left && lane.spec.name === consumer.name)) continue;
      const lane = new LanePuller(consumer, this.bus, this.#laneEvents);
      this.#lanes.push(lane);
      lane.start();
    }
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unlisten.forEach((unlisten) => unlisten());
    clearTimeout(this.#scanTimer);
    this.#waiting.clear();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  async idle(): Promise<void> {
    if (this.#inFlight.size > 0) await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
    this.#timers.forEach((timer) => clearInterval(timer));
  }

  abandon(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
    for (const incoming of this.#inFlight) incoming.nak();
  }

  /**
   * Keys that have a backlog, or are part of one: more of them waits here than there are slots; or many of them run, so that
   * there may be no slot free to look further, while a shared lane holds more than that.
   */
  #crowdedKeys(): string[] {
    const { concurrency } = this.options;
    const isBehind = this.#lanes.some(({ isOwn, backlog }) => !isOwn && backlog >= concurrency);
    const many = isBehind ? this.#share.keysWith(concurrency * MANY_RUN) : [];
    return [...this.#waiting.crowdedKeys(), ...many];
  }

  /** Slots that become free together are asked for together. */
  #schedule(): void {
    if (this.#scheduled || this.#stopping) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#stopping) return;
      this.#lanes = this.#lanes.filter((lane) => !lane.left || lane.running > 0 || this.#waiting.hasOf(lane));
      this.#pauseLanes();
      const grants = divideSlots(this.options.concurrency, this.#lanes);
      const inTurn = isAnyWithout(this.#lanes, grants);
      this.#lanes.forEach((lane, index) => {
        const grant = grants[index];
        if (grant && lane.ready) lane.pull(grant, inTurn);
      });
    });
  }

  /**
   * Looking further through a lane in which enough waits already is for the others in it, and done at a pace. In a lane of one
   * organisation there are no others.
   */
  #pauseLanes(): void {
    const now = Date.now();
    let wait = Infinity;
    const isFull = this.#puttingOff >= PUT_OFF_AT_ONCE;
    for (const lane of this.#lanes) {
      const ahead = (this.#nextScan.get(lane) ?? 0) - now;
      lane.scanned = this.#waiting.isCrowded(lane);
      const isPaced = !lane.isOwn && ahead > SCAN_BURST_MS && lane.scanned;
      lane.paused = isFull || lane.left || isPaced || (lane.isOwn && this.#waiting.hasOf(lane));
      if (isPaced) wait = Math.min(wait, ahead);
    }
    clearTimeout(this.#scanTimer);
    if (wait < Infinity) this.#scanTimer = setTimeout(() => this.#schedule(), wait);
  }

  #received(incoming: Incoming, lane: LanePuller): void {
    if (this.#stopping) return incoming.nak();
    const waiting = { key: this.#share.keyOf(incoming.message.subject), incoming, lane, since: Date.now() };
    if (this.#waiting.isEmpty && this.#mayBegin(waiting)) this.#begin(waiting);
    else {
      this.#waiting.add(waiting);
      this.#beginWaiting();
    }
    this.#schedule();
  }

  #mayBegin({ key, lane }: Waiting): boolean {
    return this.#share.mayBegin(key, slotsLeft(this.options.concurrency, this.#lanes, lane));
  }

  /** Gives free slots to what waits. */
  #beginWaiting(): void {
    if (this.#waiting.isEmpty) return;
    const mayBegin = (waiting: Waiting) => this.#mayBegin(waiting);
    const running = (key: string) => this.#share.running(key);
    for (let next = this.#waiting.take(mayBegin, running); next; next = this.#waiting.take(mayBegin, running))
      this.#begin(next);
    for (const { waiting, delayMs } of this.#waiting.overflow(Date.now(), Math.random)) {
      this.#scanned(waiting.lane);
      if (this.work.overflow) this.#putOff(waiting.incoming, delayMs, this.work.overflow);
      else waiting.incoming.nak(delayMs);
    }
  }

  #putOff(incoming: Incoming, delayMs: number, overflow: NestHandler): void {
    this.#puttingOff++;
    const place = this.#inFlight.add(incoming);
    void putOff(this.bus, this.message, incoming, overflow, { delayMs, signal: this.signal }).finally(() => {
      this.#puttingOff--;
      this.#leave(place);
      this.#schedule();
    });
  }

  #begin({ key, incoming, lane }: Waiting): void {
    lane.running++;
    this.#share.began(key);
    const place = this.#inFlight.add(incoming);
    this.#scanned(lane);
    void this.#run(incoming).finally(() => {
      lane.running--;
      this.#share.ended(key);
      this.#leave(place);
      if (this.#stopping) return;
      this.#beginWaiting();
      this.#schedule();
    });
  }

  #leave(place: number): void {
    this.#inFlight.remove(place);
    if (this.#inFlight.size === 0) this.#idleListeners.splice(0).forEach((resolve) => resolve());
  }

  #scanned(lane: LanePuller): void {
    const now = Date.now();
    const next = Math.max(this.#nextScan.get(lane) ?? 0, now) + 1_000 / SCANS_PER_SECOND;
    this.#nextScan.set(lane, Math.min(next, now + 5 * SCAN_BURST_MS));
  }

  async #run(incoming: Incoming): Promise<void> {
    let verdict: Verdict = { kind: 'ack' };
    const { deliveryCount, sequence, consumer, stream } = incoming.info;
    const maxDeliver = this.#maxDeliver(consumer);
    let ended = (): void => undefined;
    let payload: unknown;
    try {
      payload = await readPayload(this.bus, this.message, incoming);
      const delivery: Delivery = {
        sequence,
        subject: incoming.message.subject,
        deliveryCount,
        redelivered: deliveryCount > 1,
        last: deliveryCount === maxDeliver,
        storedAt: incoming.info.storedAt,
        requestId: headerOf(incoming.message, HEADERS.requestId),
        signal: this.signal,
      };
      ended = workMeter.begin(this.message.name, ownerOf(payload));
      await continued(`process ${this.message.name}`, 'consumer', incoming.message, () =>
        runHandler(this.work.handler, payload, delivery),
      );
    } catch (error) {
      verdict = verdictOnFailure(error, { deliveryCount, maxDeliver, aborted: this.signal.aborted });
      const { message } = incoming;
      const place = { stream, consumer, subject: message.subject, sequence, deliveryCount };
      const fields = { ...executionOf(payload), ...place, verdict };
      const requestId = headerOf(message, HEADERS.requestId);
      this.bus.internals.logger.warn({ ...fields, requestId, err: error }, 'A message handler failed');
    } finally {
      ended();
    }
    await settle(incoming, verdict, (reason) => {
      return giveUp(this.bus, incoming, reason, { handler: this.work.givenUp, signal: this.signal });
    });
  }

  #maxDeliver(consumer: string): number {
    return this.#lanes.find((lane) => lane.spec.name === consumer)?.spec.maxDeliver ?? -1;
  }
}

/** Everybody's messages are one key's, which may have all slots. */
const NO_SHARES: Fairness = { keyOf: () => '', share: 1 };
