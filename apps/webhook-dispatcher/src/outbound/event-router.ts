import { Inject, Injectable } from '@nestjs/common';
import { EventDeliveryNoted, EventDeliveryRequested, type RequestedDelivery } from '@millrace/contracts';
import { BUS, following, Gate, type Bus } from '@millrace/messaging';
import type { OutboundEvent } from '@millrace/service-kit/outbound-event';
import { firstAttempt } from './first-attempt.js';
import { notMade } from './not-made.js';
import { Subscriptions } from './subscriptions.js';

/** Deliveries of batches that one process puts on their way at the same time; of one organisation half as many. */
const AT_ONCE = 16;

/** An event of a batch. */
export interface TracedEvent {
  readonly event: OutboundEvent;
  readonly traceparent: string | undefined;
}

/** Puts events on their way to those who have subscribed to them. */
@Injectable()
export class EventRouter {
  readonly #turns = new Gate(AT_ONCE);

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish'>,
    private readonly subscriptions: Subscriptions,
  ) {}

  /**
   * Returns once each delivery of all of them is durable. Organisations take turns, delivery by delivery, so that many events and subscriptions
   * of one do not hold up the others' events. After a failure nothing more is begun, and it is thrown when what was under way has ended.
   */
  async routeAll(events: readonly TracedEvent[]): Promise<void> {
    const stop = new AbortController();
    await Promise.allSettled(
      events.map(({ event, traceparent }) => following(traceparent, () => this.#routeInTurns(event, stop))),
    );
    stop.signal.throwIfAborted();
  }

  /** Puts deliveries on their way, in the same turns and with the same failures as {@link routeAll}. */
  async beginAll(deliveries: readonly RequestedDelivery[]): Promise<void> {
    const stop = new AbortController();
    await Promise.allSettled(
      deliveries.map((delivery) => this.#inTurn(delivery.organisation_id, stop, () => this.begin(delivery))),
    );
    stop.signal.throwIfAborted();
  }

  /** Puts one delivery on its way, and its record. */
  async begin(delivery: RequestedDelivery): Promise<void> {
    const note = { ...delivery, status: 'pending' as const, next_attempt_at: delivery.created_at, made: null };
    await this.bus.publish(EventDeliveryNoted, note);
    await this.bus.publish(EventDeliveryRequested, delivery);
  }

  async #routeInTurns(event: OutboundEvent, stop: AbortController): Promise<void> {
    const { organisationId } = event;
    const subscriptions = await this.#inTurn(organisationId, stop, () => this.subscriptions.of(event));
    for (const { id, status } of subscriptions) {
      const delivery = firstAttempt(event, id);
      await this.#inTurn<unknown>(organisationId, stop, () =>
        status === 'active' ? this.begin(delivery) : this.bus.publish(EventDeliveryNoted, notMade(delivery)),
      );
    }
  }

  /** Does it when it is the organisation's turn, unless something has failed before; then throws what that threw. */
  async #inTurn<T>(organisationId: string, stop: AbortController, work: () => Promise<T>): Promise<T> {
    const leave = await this.#turns.enter(organisationId);
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
}
