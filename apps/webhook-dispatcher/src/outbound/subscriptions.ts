import { Inject, Injectable } from '@nestjs/common';
import {
  eventSubscriptionContext,
  EventSubscriptionsSnapshot,
  isRecordedUnsent,
  storedEventSubscriptionSchema,
  type StoredEventSubscription,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Keyring, openSealed } from '@millrace/service-kit/sealing';
import type { OutboundEvent } from '@millrace/service-kit/outbound-event';

/** A subscription with its id. */
export interface Subscription extends StoredEventSubscription {
  readonly id: string;
}

/** The subscriptions of organisations, from the snapshots that `definitions` publishes. All methods throw SERVICE_UNAVAILABLE while NATS is away. */
@Injectable()
export class Subscriptions {
  /** Snapshots come out of memory as the same objects, so that each is read apart once. */
  readonly #parsed = new WeakMap<object, ReadonlyMap<string, Subscription>>();

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly keyring: Keyring,
  ) {}

  /** Those that are to get an event, and those for which it is recorded without being sent, since the platform has disabled them. */
  async of(event: OutboundEvent): Promise<Subscription[]> {
    const all = await this.#all(event.organisationId);
    return [...all.values()].filter(
      (subscription) =>
        subscription.id !== event.except &&
        isAbout(subscription, event) &&
        (subscription.status === 'active' || isRecordedUnsent(subscription, event.at)),
    );
  }

  /** One of them, or undefined. */
  async find(organisationId: string, id: string): Promise<Subscription | undefined> {
    return (await this.#all(organisationId)).get(id);
  }

  /** Whether it is known to be gone: without its organisation's snapshot, which a server that has lost its data has not for a while, nobody knows. */
  async isDeleted(organisationId: string, id: string): Promise<boolean> {
    const snapshot = await this.#snapshot(organisationId);
    return snapshot !== null && !Object.hasOwn(snapshot.subscriptions, id);
  }

  /** What its deliveries are signed with now (milliseconds since the epoch). Throws SealBrokenError, SERVICE_UNAVAILABLE without its master key. */
  secretsOf(organisationId: string, { id, secret, previous }: Subscription, now: number): [string, ...string[]] {
    const open = (text: string) => openSealed(text, eventSubscriptionContext(organisationId, id), this.keyring);
    const isValid = previous !== null && Date.parse(previous.until) > now;
    return isValid ? [open(secret), open(previous.secret)] : [open(secret)];
  }

  async #all(organisationId: string): Promise<ReadonlyMap<string, Subscription>> {
    const snapshot = await this.#snapshot(organisationId);
    if (snapshot === null) return new Map();
    let parsed = this.#parsed.get(snapshot);
    if (parsed === undefined) {
      parsed = new Map(
        Object.entries(snapshot.subscriptions).flatMap(([id, text]) => {
          const stored = storedEventSubscriptionSchema.safeParse(JSON.parse(text));
          return stored.success ? [[id, { id, ...stored.data }]] : [];
        }),
      );
      this.#parsed.set(snapshot, parsed);
    }
    return parsed;
  }

  async #snapshot(organisation_id: string) {
    const snapshot = await this.bus.snapshots.get(
      EventSubscriptionsSnapshot,
      { organisation_id },
      { rememberMiss: true },
    );
    return snapshot?.organisation_id === organisation_id ? snapshot : null;
  }
}

function isAbout({ events, workflow_id, since }: Subscription, { type, workflowId, at }: OutboundEvent): boolean {
  return events.includes(type) && (workflow_id === null || workflow_id === workflowId) && since <= at;
}
