import { Inject, Injectable } from '@nestjs/common';
import { DisableEventSubscription } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { CLOCK, type Clock } from './clock.js';
import type { DeliveryAddress } from './event-deliveries.repository.js';
import { Subscriptions } from './subscriptions.js';

/** Disables subscriptions whose endpoints take nothing, for now or ever. */
@Injectable()
export class SubscriptionSwitch {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    private readonly subscriptions: Subscriptions,
    private readonly teller: EventTeller,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Notifies the other subscriptions and who follows the organisation's events first, so that no crash keeps it from them. It may be found several times that
   * an endpoint takes nothing: all of it is the same event until the subscription is activated again. Throws SERVICE_UNAVAILABLE, STORAGE_FULL.
   */
  async disable({ organisation_id, subscription_id }: DeliveryAddress, reason: string): Promise<void> {
    const subscription = await this.subscriptions.find(organisation_id, subscription_id);
    if (subscription?.status !== 'active') return;
    await this.teller.tell({
      organisationId: organisation_id,
      type: 'subscription.disabled',
      at: new Date(this.clock()).toISOString(),
      since: subscription.since,
      workflowId: subscription.workflow_id,
      source: [subscription_id],
      data: { subscription_id, url: subscription.url, reason },
    });
    await this.bus.request(DisableEventSubscription, { organisation_id, subscription_id, reason });
  }
}
