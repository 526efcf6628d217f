import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, type NotedDelivery } from '@millrace/contracts';
import { EverySoMany } from '@millrace/service-kit/every-so-many';
import { CLOCK, type Clock } from './clock.js';
import { EventDeliveriesRepository } from './event-deliveries.repository.js';
import { EventEndpointsRepository } from './event-endpoints.repository.js';
import { SubscriptionSwitch } from './subscription-switch.js';

const DAY = 24 * 60 * 60 * 1_000;
/** After so many days without a success nothing more is sent. */
const FAILING_DAYS = 5;
/** Of how many subscriptions it is counted what ends. */
const COUNTED = 10_000;

/** Keeps the records of deliveries, and disables subscriptions whose endpoints have failed for days. */
@Injectable()
export class DeliveryRecords {
  /** Deliveries that have ended since the last time that the oldest ones went, by their subscriptions. */
  readonly #ended = new EverySoMany(COUNTED);

  constructor(
    private readonly deliveries: EventDeliveriesRepository,
    private readonly endpoints: EventEndpointsRepository,
    private readonly switches: SubscriptionSwitch,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Writes notes; may be called again with the same ones. Throws SERVICE_UNAVAILABLE. */
  async write(notes: readonly NotedDelivery[]): Promise<void> {
    await this.deliveries.note(notes);
    await this.endpoints.note(notes);
    const failed = notes.filter(({ made, status }) => made !== null && status !== 'delivered');
    await this.#disableFailing([...new Set(failed.map(({ subscription_id }) => subscription_id))]);
    for (const note of notes) if (note.status !== 'pending') await this.#bound(note);
  }

  /** More than is kept does not wait for the next time that all old deliveries go: until then there may be very many. */
  async #bound({ organisation_id, subscription_id }: NotedDelivery): Promise<void> {
    const { eventDeliveriesKept } = LIMITS;
    if (!this.#ended.count(subscription_id, eventDeliveriesKept / 10)) return;
    await this.deliveries.pruneOf({ organisation_id, subscription_id }, eventDeliveriesKept);
  }

  async #disableFailing(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const since = new Date(this.clock() - FAILING_DAYS * DAY);
    for (const { _id: subscription_id, organisation_id } of await this.endpoints.failingSince(ids, since)) {
      const reason = `Its endpoint has taken nothing for ${FAILING_DAYS} days`;
      await this.switches.disable({ organisation_id, subscription_id }, reason);
      // Once it is activated again it has as many days again.
      await this.endpoints.forget(subscription_id);
    }
  }
}
