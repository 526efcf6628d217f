import { Inject, Injectable } from '@nestjs/common';
import {
  EventDeliveryNoted,
  EventDeliveryRequested,
  EventPutOff,
  LIMITS,
  type RequestedDelivery,
} from '@millrace/contracts';
import { BUS, following, Gate, type Bus } from '@millrace/messaging';
import type { OutboundEvent } from '@millrace/service-kit/outbound-event';
import { EventPace } from './event-pace.js';
import { firstAttempt } from './first-attempt.js';
import { noteUnsent } from './note-unsent.js';
import { putOffEvent } from './put-off-event.js';
import { Subscriptions, type Subscription } from './subscriptions.js';
import { WaitingDeliveries } from './waiting-deliveries.js';

/**
 * Messages that one process stores at the same time for batches; of one organisation half as many. The next batch, with the events of others in it, waits
 * for all of this one: with few at a time it would wait for NATS many times, one after the other.
 */
const AT_ONCE = 128;
/** The same for what comes back. */
const RETURNED_AT_ONCE = 16;

/** An event of a batch. */
export interface TracedEvent {
  readonly event: OutboundEvent;
  readonly traceparent: string | undefined;
}

/** An event, and who gets it. */
interface Routed {
  readonly event: OutboundEvent;
  readonly subscriptions: readonly Subscription[];
  readonly stop: AbortController;
}

/** Puts events on their way to those who have subscribed to them. */
@Injectable()
export class EventRouter {
  readonly #turns = new Gate(AT_ONCE);
  /** What comes back has turns of its own: a batch, with the events of all in it, never waits for those of one who had too many. */
  readonly #turnsOfReturned = new Gate(RETURNED_AT_ONCE);
  readonly #pace = new EventPace();

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish'>,
    private readonly subscriptions: Subscriptions,
    private readonly waiting: WaitingDeliveries,
  ) {}

  /**
   * Returns once each delivery of all of them is durable, or its event put off: what is before others in the stream holds them up for one message an
   * event, however many deliveries it makes. Organisations take turns, delivery by delivery. After a failure nothing more is begun, and it is thrown
   * when what was under way has ended.
   */
  async routeAll(events: readonly TracedEvent[]): Promise<void> {
    const stop = new AbortController();
    const begun = new Map<string, number>();
    await Promise.allSettled(
      events.map(({ event, traceparent }) =>
        following(traceparent, async () => {
          const takers = () => this.#takersNow(event, begun);
          const subscriptions = await inTurn(this.#turns, event.organisationId, stop, takers);
          await this.#beginInTurns(this.#turns, { event, subscriptions, stop });
        }),
      ),
    );
    stop.signal.throwIfAborted();
  }

  /** Returns once each delivery of an event that was put off is durable. */
  async route(event: OutboundEvent): Promise<void> {
    const subscriptions = await this.subscriptions.of(event);
    await this.#beginInTurns(this.#turnsOfReturned, { event, subscriptions, stop: new AbortController() });
  }

  /** Has an event come back at a time; one that nobody is to get any more ends here. */
  async putOff(event: OutboundEvent, at: Date): Promise<void> {
    if ((await this.subscriptions.of(event)).length > 0)
      await this.bus.publish(EventPutOff, putOffEvent(event), { at });
  }

  /** Puts deliveries on their way, as those of events that come back, and with the same failures as {@link routeAll}. */
  async beginAll(deliveries: readonly RequestedDelivery[]): Promise<void> {
    const stop = new AbortController();
    await Promise.allSettled(
      deliveries.map((delivery) =>
        inTurn(this.#turnsOfReturned, delivery.organisation_id, stop, () => this.begin(delivery)),
      ),
    );
    stop.signal.throwIfAborted();
  }

  /** Puts one delivery on its way, and its record. */
  async begin(delivery: RequestedDelivery): Promise<void> {
    const note = { ...delivery, status: 'pending' as const, next_attempt_at: delivery.created_at, made: null };
    await this.bus.publish(EventDeliveryNoted, note);
    await this.bus.publish(EventDeliveryRequested, delivery);
  }

  /** Who is to get an event from its batch. Where its organisation has `begun` so much of that already, the event is put off, and it is nobody. */
  async #takersNow(event: OutboundEvent, begun: Map<string, number>): Promise<readonly Subscription[]> {
    const { organisationId } = event;
    const subscriptions = await this.subscriptions.of(event);
    const deliveries = (begun.get(organisationId) ?? 0) + subscriptions.length;
    if (deliveries <= LIMITS.eventDeliveriesOfBatch) {
      begun.set(organisationId, deliveries);
      return subscriptions;
    }
    const at = new Date(this.#pace.take(organisationId, subscriptions.length, Date.now()));
    await this.bus.publish(EventPutOff, putOffEvent(event), { at });
    return [];
  }

  async #beginInTurns(turns: Gate, { event, subscriptions, stop }: Routed): Promise<void> {
    await Promise.allSettled(
      subscriptions.map(({ id, status }) => {
        const delivery = firstAttempt(event, id);
        return inTurn<unknown>(turns, event.organisationId, stop, () => {
          if (status !== 'active') return noteUnsent(this.bus, delivery, 'disabled');
          if (this.waiting.isFullForNew(delivery)) return noteUnsent(this.bus, delivery, 'waiting');
          return this.begin(delivery);
        });
      }),
    );
    stop.signal.throwIfAborted();
  }
}

/** Does it when it is the organisation's turn, unless something has failed before; then throws what that threw. */
async function inTurn<T>(
  turns: Gate,
  organisationId: string,
  stop: AbortController,
  work: () => Promise<T>,
): Promise<T> {
  const leave = await turns.enter(organisationId);
  try {
    stop.signal.throwIfAborted();
    return await work();
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    leave();
  }
}
