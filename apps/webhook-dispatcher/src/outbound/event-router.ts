import { Inject, Injectable } from '@nestjs/common';
import { EventDeliveryNoted, EventDeliveryRequested, type RequestedDelivery } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { OutboundEvent } from '@millrace/service-kit/outbound-event';
import { firstAttempt } from './first-attempt.js';
import { Subscriptions } from './subscriptions.js';

/** Puts events on their way to those who have subscribed to them. */
@Injectable()
export class EventRouter {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish'>,
    private readonly subscriptions: Subscriptions,
  ) {}

  /** Returns once each delivery is durable, but none to `except`; may be called again for the same event. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async route(event: OutboundEvent, except?: string): Promise<void> {
    for (const { id } of await this.subscriptions.of(event))
      if (id !== except) await this.begin(firstAttempt(event, id));
  }

  /** Puts one delivery on its way, and its record. */
  async begin(delivery: RequestedDelivery): Promise<void> {
    const note = { ...delivery, status: 'pending' as const, next_attempt_at: delivery.created_at, made: null };
    await this.bus.publish(EventDeliveryNoted, note);
    await this.bus.publish(EventDeliveryRequested, delivery);
  }
}
