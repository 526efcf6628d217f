import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  firstIdAt,
  idTime,
  LIMITS,
  TEST_EVENT,
  type EventDelivery,
  type EventRedeliveryRequest,
  type Redelivered,
  type RequestedDelivery,
} from '@millrace/contracts';
import { idOfWrite, keyedWrite } from '@millrace/service-kit/keyed-write';
import { eventOf } from '@millrace/service-kit/outbound-event';
import { CLOCK, type Clock } from './clock.js';
import { EventDeliveriesRepository, presented, type DeliveryAddress } from './event-deliveries.repository.js';
import type { EventDeliveryRecord } from './event-delivery.schema.js';
import { EventRouter } from './event-router.js';
import { firstAttempt } from './first-attempt.js';
import { Subscriptions } from './subscriptions.js';

/** What callers ask for of deliveries. Every method throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
@Injectable()
export class EventDeliveriesService {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly router: EventRouter,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Sends a test event, and returns the id of its delivery. Throws EVENT_SUBSCRIPTION_NOT_FOUND. */
  async test(address: DeliveryAddress): Promise<{ delivery_id: string }> {
    await this.#check(address);
    // A repetition under the same key is the same delivery.
    const id = idOfWrite('event');
    const at = new Date((keyedWrite() && idTime(id)) ?? this.clock()).toISOString();
    const event = eventOf(TEST_EVENT, at, {
      organisationId: address.organisation_id,
      workflowId: null,
      source: ['test', id],
      data: { subscription_id: address.subscription_id },
    });
    const delivery = firstAttempt(event, address.subscription_id);
    await this.router.begin(delivery);
    return { delivery_id: delivery.delivery_id };
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND, EVENT_DELIVERY_NOT_FOUND. */
  async redeliver(address: DeliveryAddress, id: string): Promise<EventDelivery> {
    await this.#check(address);
    const record = await this.deliveries.find(address, id);
    if (record === null) throw new AppError('EVENT_DELIVERY_NOT_FOUND', { details: { delivery_id: id } });
    const again = nextRound(record);
    await this.router.begin(again);
    return { ...presented(record), status: 'pending', next_attempt_at: new Date(this.clock()).toISOString() };
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND. */
  async redeliverSince(address: DeliveryAddress, { since, status }: EventRedeliveryRequest): Promise<Redelivered> {
    await this.#check(address);
    const statuses = status === 'all' ? (['failed', 'delivered'] as const) : (['failed'] as const);
    const first = firstIdAt('delivery', Date.parse(since));
    const records = await this.deliveries.endedSince(address, statuses, first, LIMITS.eventRedeliveries + 1);
    const chosen = records.slice(0, LIMITS.eventRedeliveries);
    await this.router.beginAll(chosen.map(nextRound));
    const left = records[chosen.length];
    return {
      redelivered: chosen.length,
      has_more: left !== undefined,
      // Those of the same millisecond that were chosen come once more.
      next_since: left?.created_at.toISOString() ?? null,
    };
  }

  /** Whether a delivery has been begun anew since: its former round ends. While the database is away nobody knows, and it is sent once more. */
  async isOvertaken(delivery: RequestedDelivery): Promise<boolean> {
    try {
      const record = await this.deliveries.find(delivery, delivery.delivery_id);
      return record !== null && record.round > delivery.round;
    } catch (error) {
      if (error instanceof AppError && error.entry.retryable) return false;
      throw error;
    }
  }

  async #check({ organisation_id, subscription_id }: DeliveryAddress): Promise<void> {
    if ((await this.subscriptions.find(organisation_id, subscription_id)) === undefined)
      throw new AppError('EVENT_SUBSCRIPTION_NOT_FOUND', { details: { subscription_id } });
  }
}

function nextRound(record: EventDeliveryRecord): RequestedDelivery {
  const { _id: delivery_id, organisation_id, subscription_id, event_id, event_type, body, created_at, round } = record;
  return {
    delivery_id,
    organisation_id,
    subscription_id,
    event_id,
    event_type,
    body,
    created_at: created_at.toISOString(),
    round: round + 1,
    attempt: 1,
  };
}
