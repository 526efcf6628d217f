import type { MessageDefinition } from '@millrace/contracts';
import type { NatsBus } from '../nats-bus.js';
import type { ConsumerSpec } from '../topology.js';
import { UnreadableError, verdictOnFailure, type Verdict } from '../verdict.js';
import { HEADERS, headerOf } from '../wire.js';
import { ownerOf, workMeter } from '../work-meter.js';
import { deadLetter } from './dead-letters.js';
import { runHandler, type Delivery, type NestHandler } from './delivery.js';
import type { Incoming } from './incoming.js';
import { LanePuller } from './lane-puller.js';
import { divideSlots } from './lane-slots.js';
import { CHECK_MS, heartbeatMs, type Runner } from './runner.js';

export type AnyMessage = Pick<MessageDefinition<unknown, never>, 'name' | 'stream' | 'schema'>;

/** Runs one handler for single messages, over one or more lanes. */
export class MessageRunner implements Runner {
  readonly #lanes: LanePuller[];
  readonly #inFlight = new Set<Incoming>();
  readonly #timers: NodeJS.Timeout[] = [];
  #stopping = false;
  #scheduled = false;
  #idleListeners: (() => void)[] = [];
  #unlisten: (() => void) | undefined;

  constructor(
    private readonly bus: NatsBus,
    private readonly message: AnyMessage,
    private readonly handler: NestHandler,
    consumers: readonly ConsumerSpec[],
    private readonly concurrency: number,
    private readonly signal: AbortSignal,
  ) {
    const events = { received: this.#received.bind(this), changed: this.#schedule.bind(this) };
    this.#lanes = consumers.map((consumer) => new LanePuller(consumer, bus, events));
  }

  start(): void {
    for (const lane of this.#lanes) lane.start();
    this.#unlisten = this.bus.onReconnect(() => this.#lanes.forEach((lane) => lane.reset()));
    const ackWait = Math.min(...this.#lanes.map((lane) => lane.spec.ackWaitMs));
    this.#timers.push(
      setInterval(() => this.#lanes.forEach((lane) => lane.check()), CHECK_MS),
      // One timer for all: a message may get its first heartbeat early, never late.
      setInterval(() => this.#inFlight.forEach((incoming) => incoming.working()), heartbeatMs(ackWait)),
    );
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unlisten?.();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  async idle(): Promise<void> {
    if (this.#inFlight.size > 0) await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
    this.#timers.forEach((timer) => clearInterval(timer));
  }

  abandon(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
    this.#inFlight.forEach((incoming) => incoming.nak());
  }

  /** Slots that become free together are asked for together. */
  #schedule(): void {
    if (this.#scheduled || this.#stopping) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#stopping) return;
      const grants = divideSlots(this.concurrency, this.#lanes);
      this.#lanes.forEach((lane, index) => {
        const grant = grants[index];
        if (grant && lane.ready) lane.pull(grant);
      });
    });
  }

  #received(incoming: Incoming, lane: LanePuller): void {
    if (this.#stopping) return incoming.nak();
    lane.running++;
    this.#inFlight.add(incoming);
    void this.#run(incoming).finally(() => {
      lane.running--;
      this.#inFlight.delete(incoming);
      if (this.#inFlight.size === 0) this.#idleListeners.splice(0).forEach((resolve) => resolve());
      this.#schedule();
    });
    this.#schedule();
  }

  async #run(incoming: Incoming): Promise<void> {
    let verdict: Verdict = { kind: 'ack' };
    const { deliveryCount, sequence, consumer, stream } = incoming.info;
    const maxDeliver = this.#maxDeliver(consumer);
    let ended = (): void => undefined;
    try {
      const payload = await readPayload(this.bus, this.message, incoming);
      const delivery: Delivery = {
        sequence,
        subject: incoming.message.subject,
        deliveryCount,
        redelivered: deliveryCount > 1,
        last: deliveryCount === maxDeliver,
        requestId: headerOf(incoming.message, HEADERS.requestId),
        signal: this.signal,
      };
      ended = workMeter.begin(this.message.name, ownerOf(payload));
      await runHandler(this.handler, payload, delivery);
    } catch (error) {
      verdict = verdictOnFailure(error, { deliveryCount, maxDeliver, aborted: this.signal.aborted });
      const fields = { stream, consumer, subject: incoming.message.subject, sequence, deliveryCount, verdict };
      this.bus.internals.logger.warn({ ...fields, err: error }, 'A message handler failed');
    } finally {
      ended();
    }
    await settle(this.bus, incoming, verdict);
  }

  #maxDeliver(consumer: string): number {
    return this.#lanes.find((lane) => lane.spec.name === consumer)?.spec.maxDeliver ?? -1;
  }
}

/** The payload of a message, checked. Throws what `verdictOnFailure` knows how to judge. */
export async function readPayload(bus: NatsBus, message: AnyMessage, incoming: Incoming): Promise<unknown> {
  let opened: unknown;
  try {
    opened = bus.payloads.open(incoming.message);
    if (opened instanceof Promise) opened = await opened;
  } catch (error) {
    throw error instanceof SyntaxError ? new UnreadableError(error) : error;
  }
  return message.schema.parse(opened);
}

/** Does to a message what the verdict says. */
export async function settle(bus: NatsBus, incoming: Incoming, verdict: Verdict): Promise<void> {
  switch (verdict.kind) {
    case 'ack':
      return incoming.ack();
    case 'retry':
      return incoming.nak(verdict.delayMs);
    case 'dead-letter':
      return deadLetter(bus, incoming, verdict.reason);
  }
}
