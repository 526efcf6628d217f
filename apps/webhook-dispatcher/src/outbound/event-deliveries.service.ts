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
import {
  EventDeliveriesRepository,
  presented,
  type DeliveryAddress,
  type EndedDelivery,
} from './event-deliveries.repository.js';
import { EventRouter } from './event-router.js';
import { firstAttempt } from './first-attempt.js';
import { RedeliveryTurns } from './redelivery-turns.js';
import { Subscriptions, type Subscription } from './subscriptions.js';

/** Redeliveries of one call whose bodies are held. */
const PAGE = 100;
/** Those that are begun together: behind each of these portions a call looks whether it has time left. */
const PORTION = 16;

/** What callers ask for of deliveries. Every method throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
@Injectable()
export class EventDeliveriesService {
  readonly #turns = new RedeliveryTurns();

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

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND, EVENT_SUBSCRIPTION_DISABLED, EVENT_DELIVERY_NOT_FOUND, RATE_LIMIT_EXCEEDED. */
  async redeliver(address: DeliveryAddress, id: string): Promise<EventDelivery> {
    await this.#checkActive(address);
    const record = await this.deliveries.find(address, id);
    if (record === null) throw new AppError('EVENT_DELIVERY_NOT_FOUND', { details: { delivery_id: id } });
    await this.#checkDue(address);
    const again = nextRound(record);
    await this.router.begin(again);
    return { ...presented(record), status: 'pending', next_attempt_at: new Date(this.clock()).toISOString() };
  }

  /**
   * Begins them in order, until there are enough or the time is over, some while before the caller's patience (in milliseconds) is. The next call goes
   * on behind the last one that was begun, or by time where its caller does: then it makes progress only where the time is later than `since`. Throws
   * EVENT_SUBSCRIPTION_NOT_FOUND, EVENT_SUBSCRIPTION_DISABLED, RATE_LIMIT_EXCEEDED.
   */
  redeliverSince(address: DeliveryAddress, request: EventRedeliveryRequest, patienceMs: number): Promise<Redelivered> {
    return this.#turns.run(address.organisation_id, patienceMs, (ms) =>
      this.#redeliverSince(address, request, this.clock() + ms),
    );
  }

  async #redeliverSince(address: DeliveryAddress, request: EventRedeliveryRequest, end: number): Promise<Redelivered> {
    await this.#checkActive(address);
    await this.#checkDue(address);
    const statuses = request.status === 'all' ? (['failed', 'delivered'] as const) : (['failed'] as const);
    const from = Date.parse(request.since);
    // An id has more than its time, so that none is that beginning itself.
    let [behind, redelivered] = [firstIdAt('delivery', from), 0];
    if (request.starting_after !== undefined && request.starting_after > behind) behind = request.starting_after;
    for (;;) {
      const records = await this.deliveries.endedBehind(address, statuses, behind, PAGE + 1);
      for (let begun = 0; begun < PAGE;) {
        const portion = records.slice(begun, Math.min(begun + PORTION, PAGE));
        await this.router.beginAll(portion.map(nextRound));
        redelivered += portion.length;
        begun += portion.length;
        behind = portion.at(-1)?._id ?? behind;
        const left = records[begun];
        if (left === undefined) return { redelivered, has_more: false, next_cursor: null, next_since: null };
        if (redelivered < LIMITS.eventRedeliveries && this.clock() <= end) continue;
        const next_since = left.created_at.getTime() > from ? left.created_at.toISOString() : null;
        return { redelivered, has_more: true, next_cursor: behind, next_since };
      }
    }
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

  async #check({ organisation_id, subscription_id }: DeliveryAddress): Promise<Subscription> {
    const subscription = await this.subscriptions.find(organisation_id, subscription_id);
    if (subscription !== undefined) return subscription;
    throw new AppError('EVENT_SUBSCRIPTION_NOT_FOUND', { details: { subscription_id } });
  }

  /** Of a disabled one all attempts would end without a call. */
  async #checkActive(address: DeliveryAddress): Promise<void> {
    const { status, disabled_reason } = await this.#check(address);
    if (status === 'active') return;
    const details = { subscription_id: address.subscription_id, disabled_reason };
    throw new AppError('EVENT_SUBSCRIPTION_DISABLED', { details });
  }

  /** What was delivered may be asked for again at once: without a bound one caller could fill the stream with it. */
  async #checkDue(address: DeliveryAddress): Promise<void> {
    const limit = LIMITS.eventRedeliveries;
    if ((await this.deliveries.countDue(address, this.clock(), limit + 1)) > limit)
      throw tooMany(address, `More than ${limit} deliveries of the subscription are on their way`, limit);
  }
}

function tooMany({ subscription_id }: DeliveryAddress, message: string, limit: number): AppError {
  return new AppError('RATE_LIMIT_EXCEEDED', {
    message: `${message}; try again when some of them have ended`,
    details: { kind: 'event_redeliveries', limit, subscription_id },
  });
}

function nextRound(record: EndedDelivery): RequestedDelivery {
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
