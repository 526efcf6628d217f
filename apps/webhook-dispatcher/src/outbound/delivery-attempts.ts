import { Inject, Injectable } from '@nestjs/common';
import {
  EventDeliveryDue,
  EventDeliveryNoted,
  TEST_EVENT,
  type DeliveryAttempt,
  type NotedDelivery,
  type RequestedDelivery,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { CLOCK, type Clock } from './clock.js';
import { EndpointCall, type CallResult } from './endpoint-call.js';
import { noteUnsent } from './note-unsent.js';
import { delayAfter } from './retry-schedule.js';
import { SubscriptionSwitch } from './subscription-switch.js';
import { Subscriptions, type Subscription } from './subscriptions.js';
import { TOO_MANY_WAIT, WaitingDeliveries } from './waiting-deliveries.js';
import { deliveryAttempts } from './outbound.metrics.js';

const GONE = 'Its endpoint returned the status 410 (gone): it takes no more events';

/** What an attempt has made of a delivery. */
interface Outcome extends Pick<NotedDelivery, 'status' | 'reason'> {
  readonly made: DeliveryAttempt;
  readonly next_attempt_at?: string;
}

/**
 * Makes the attempts to deliver events. An attempt is followed by a timer for the next one, then by a note for the record, then by the end of
 * its message: a process that dies between them sends the event once more, under the same id.
 */
@Injectable()
export class DeliveryAttempts {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish'>,
    private readonly subscriptions: Subscriptions,
    private readonly call: EndpointCall,
    private readonly switches: SubscriptionSwitch,
    private readonly waiting: WaitingDeliveries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws SERVICE_UNAVAILABLE, STORAGE_FULL, and the reason of an aborted `signal`: then the attempt is made again. */
  async make(delivery: RequestedDelivery, signal: AbortSignal): Promise<void> {
    const subscription = await this.#takerOf(delivery);
    if (subscription === undefined) return;
    const result = await this.call.send(delivery, subscription, { now: this.clock(), signal });
    if (result.delivered) {
      this.waiting.noteTaken(delivery);
      return this.#note(delivery, { status: 'delivered', made: result.made });
    }
    if (result.gone) await this.switches.disable(delivery, GONE);
    await this.#failed(delivery, result);
  }

  /** Whether it has ended without an attempt, since its subscription is gone or disabled: no timer is to bring it back. Throws as {@link make}. */
  async hasEnded(delivery: RequestedDelivery): Promise<boolean> {
    return (await this.#takerOf(delivery)) === undefined;
  }

  /** The subscription that it is to be sent to. Without one it is recorded, where anybody may look for it. */
  async #takerOf(delivery: RequestedDelivery): Promise<Subscription | undefined> {
    const { organisation_id, subscription_id, event_type } = delivery;
    const subscription = await this.subscriptions.find(organisation_id, subscription_id);
    // Who deletes a subscription gets nothing more.
    if (subscription?.status !== 'disabled' || event_type === TEST_EVENT) return subscription;
    await noteUnsent(this.bus, delivery, 'disabled');
    return undefined;
  }

  async #failed(delivery: RequestedDelivery, { made, gone, wish }: CallResult): Promise<void> {
    const isLast = gone || delivery.event_type === TEST_EVENT;
    const delay = isLast ? null : delayAfter(delivery.attempt, Math.random(), wish);
    if (delay === null) return this.#note(delivery, { status: 'failed', made });
    if (this.waiting.isFull(delivery)) return this.#note(delivery, { status: 'failed', made, reason: TOO_MANY_WAIT });
    const at = new Date(this.clock() + delay);
    await this.bus.publish(EventDeliveryDue, { ...delivery, attempt: delivery.attempt + 1 }, { at });
    await this.#note(delivery, { status: 'pending', made, next_attempt_at: at.toISOString() });
  }

  async #note(delivery: RequestedDelivery, { made: all, ...outcome }: Outcome): Promise<void> {
    const { url, request_headers, response_headers, ...made } = all;
    const called = { url, request_headers, response_headers };
    await this.bus.publish(EventDeliveryNoted, { next_attempt_at: null, ...delivery, ...outcome, made, called });
    deliveryAttempts.inc({ outcome: outcome.status });
  }
}
