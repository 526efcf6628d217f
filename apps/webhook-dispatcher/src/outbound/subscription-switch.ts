import { Inject, Injectable } from '@nestjs/common';
import { DisableEventSubscription, type EventType } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { CLOCK, type Clock } from './clock.js';
import type { DeliveryAddress } from './event-deliveries.repository.js';
import { EventRouter } from './event-router.js';
import { eventOf } from '@millrace/service-kit/outbound-event';
import { Subscriptions } from './subscriptions.js';

const TYPE: EventType = 'subscription.disabled';

/** Disables subscriptions whose endpoints want or take nothing. */
@Injectable()
export class SubscriptionSwitch {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    private readonly subscriptions: Subscriptions,
    private readonly router: EventRouter,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Tells the other subscriptions first, so that no crash keeps it from them. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async disable({ organisation_id, subscription_id }: DeliveryAddress, reason: string): Promise<void> {
    const subscription = await this.subscriptions.find(organisation_id, subscription_id);
    if (subscription?.status !== 'active') return;
    const event = eventOf(TYPE, new Date(this.clock()).toISOString(), {
      organisationId: organisation_id,
      workflowId: subscription.workflow_id,
      source: ['subscription disabled', subscription_id],
      data: { subscription_id, url: subscription.url, reason },
    });
    await this.router.route(event, subscription_id);
    await this.bus.request(DisableEventSubscription, { organisation_id, subscription_id, reason });
  }
}
