import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  eventSubscriptionContext,
  isRecordedUnsent,
  LIMITS,
  type EventSubscription,
  type EventSubscriptionList,
  type EventSubscriptionPatch,
  type EventSubscriptionRequest,
  type EventSubscriptionWithSecret,
  type StoredEventSubscription,
} from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import { bytesOfWrite, idOfWrite } from '@millrace/service-kit/keyed-write';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring } from '@millrace/service-kit/sealing';
import { presentedEntry, type SettingQuota } from '../settings/setting-entries.js';
import { SettingStore } from '../settings/setting-store.js';
import { EventSubscriptionsRepository } from '../settings/settings.repository.js';
import type { SettingEntry } from '../settings/settings.schema.js';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { requireFitting, requireWorkflow } from './event-filter.js';

const QUOTA: SettingQuota = {
  kind: 'subscription',
  count: LIMITS.eventSubscriptionsPerOrganisation,
  bytes: LIMITS.eventSubscriptionBytesPerOrganisation,
};

const SECRET_BYTES = 32;
/** How long the secret before the present one signs as well. */
const GRACE_MS = 24 * 60 * 60 * 1_000;

/** What is asked for with a change. */
export interface SubscriptionChange {
  readonly subscription_id: string;
  readonly patch: EventSubscriptionPatch;
  readonly if_version?: number | undefined;
}

/** Subscriptions of organisations to events. Their secrets are sealed when they come in or are made, and never opened here again. */
@Injectable()
export class EventSubscriptionsService {
  readonly #store: SettingStore;

  constructor(
    subscriptions: EventSubscriptionsRepository,
    keyring: Keyring,
    snapshots: SettingSnapshots,
    private readonly workflows: WorkflowsRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#store = new SettingStore(subscriptions, {
      quota: QUOTA,
      publish: (organisationId) => snapshots.publish(subscriptions, organisationId),
      sealedPart: { keyring, context: eventSubscriptionContext, rewrapped },
    });
  }

  /** One page, oldest first. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<EventSubscriptionList> {
    const { page, ...rest } = await this.#store.page(organisationId, limit, after);
    return { subscriptions: page.map(presented), ...rest };
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND. */
  async get(organisationId: string, id: string): Promise<EventSubscription> {
    return presented(await this.#store.get(organisationId, id));
  }

  /** Throws INVALID_INPUT where no event fits or there is no such workflow, QUOTA_EXCEEDED, SERVICE_UNAVAILABLE without a master key. */
  async create(
    organisationId: string,
    { url, events, workflow_id = null, description, secret = newSecret() }: EventSubscriptionRequest,
  ): Promise<EventSubscriptionWithSecret> {
    requireFitting({ events, workflow_id });
    await requireWorkflow(this.workflows, organisationId, workflow_id);
    const id = idOfWrite('subscription');
    const stored: StoredEventSubscription = {
      url,
      events: [...new Set(events)],
      workflow_id,
      description: description ?? null,
      status: 'active',
      disabled_reason: null,
      since: new Date().toISOString(),
      secret: this.#store.sealed(organisationId, id, secret),
      previous: null,
    };
    const content = { id, text: JSON.stringify(stored) };
    const entry = await this.#store.put(organisationId, { name: id }, () => content);
    this.logger.info({ organisationId, subscription: id }, 'Made a subscription to events');
    return { ...presented(entry), secret };
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND, INVALID_INPUT where no event fits or there is no such workflow, QUOTA_EXCEEDED, VERSION_CONFLICT. */
  async update(organisationId: string, change: SubscriptionChange): Promise<EventSubscription> {
    const { events, ...members } = change.patch;
    const given = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
    const isFiltered = events !== undefined || members.workflow_id !== undefined;
    const changed = (stored: StoredEventSubscription): StoredEventSubscription => {
      const subscription = {
        ...stored,
        ...given,
        ...(events === undefined ? {} : { events: [...new Set(events)] }),
        ...(members.status === undefined ? {} : { disabled_reason: null, disabled_at: undefined }),
        ...(isActivated(stored, members) ? { since: activeSince(stored) } : {}),
      };
      if (isFiltered) requireFitting(subscription);
      return subscription;
    };
    await this.#requireNewWorkflow(organisationId, change);
    const subscription = await this.#change(organisationId, change.subscription_id, changed, change.if_version);
    this.logger.info({ organisationId, subscription: subscription.id }, 'Changed a subscription to events');
    return subscription;
  }

  /** Gives it another secret; the former one signs as well for a day. Throws EVENT_SUBSCRIPTION_NOT_FOUND, SERVICE_UNAVAILABLE without a master key. */
  async rotate(organisationId: string, id: string): Promise<EventSubscriptionWithSecret> {
    const value = newSecret();
    const secret = this.#store.sealed(organisationId, id, value);
    const until = new Date(Date.now() + GRACE_MS).toISOString();
    const subscription = await this.#change(organisationId, id, (stored) => ({
      ...stored,
      secret,
      previous: { secret: stored.secret, until },
    }));
    this.logger.info({ organisationId, subscription: id }, 'Gave a subscription to events a new secret');
    return { ...subscription, secret: value };
  }

  /** Returns whether there is one to disable. */
  async disable(organisationId: string, id: string, reason: string): Promise<boolean> {
    try {
      if ((await this.get(organisationId, id)).status === 'disabled') return false;
      const disabled_at = new Date().toISOString();
      await this.#change(organisationId, id, (stored) => ({
        ...stored,
        status: 'disabled',
        disabled_reason: reason,
        disabled_at,
      }));
    } catch (error) {
      if (error instanceof AppError && error.code === 'EVENT_SUBSCRIPTION_NOT_FOUND') return false;
      throw error;
    }
    this.logger.warn({ organisationId, subscription: id, reason }, 'Disabled a subscription to events');
    return true;
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, id: string, version?: number): Promise<{ id: string; deleted: true }> {
    await this.#store.delete(organisationId, id, version);
    this.logger.info({ organisationId, subscription: id }, 'Deleted a subscription to events');
    return { id, deleted: true };
  }

  /** See {@link SettingStore.rewrap}. */
  rewrap(stopping: AbortSignal): Promise<number> {
    return this.#store.rewrap(stopping);
  }

  /** One that it has may be deleted since: who sends it again changes nothing. */
  async #requireNewWorkflow(organisationId: string, { subscription_id: id, patch }: SubscriptionChange): Promise<void> {
    const { workflow_id = null } = patch;
    if (workflow_id === null || (await this.get(organisationId, id)).workflow_id === workflow_id) return;
    await requireWorkflow(this.workflows, organisationId, workflow_id);
  }

  async #change(
    organisationId: string,
    id: string,
    changed: (stored: StoredEventSubscription) => StoredEventSubscription,
    version?: number,
  ): Promise<EventSubscription> {
    const content = (entries: readonly SettingEntry[]) => ({
      id,
      text: JSON.stringify(changed(storedOf(this.#store.entryOf(entries, id).text))),
    });
    return presented(await this.#store.put(organisationId, { name: id, version }, content));
  }
}

function isActivated(stored: StoredEventSubscription, { status }: EventSubscriptionPatch): boolean {
  return stored.status === 'disabled' && status === 'active';
}

/** What happened while the platform had disabled it, and is only looked at now, was recorded if it had been looked at then: it is sent. */
function activeSince(stored: StoredEventSubscription): string {
  const now = new Date().toISOString();
  return stored.disabled_at !== undefined && isRecordedUnsent(stored, now) ? stored.disabled_at : now;
}

function newSecret(): string {
  return `whsec_${bytesOfWrite('event subscription', SECRET_BYTES).toString('base64')}`;
}

function storedOf(text: string): StoredEventSubscription {
  return JSON.parse(text) as StoredEventSubscription;
}

function rewrapped(text: string, anew: (part: string) => string): string {
  const { secret, previous, ...stored } = storedOf(text);
  return JSON.stringify({
    ...stored,
    secret: anew(secret),
    previous: previous && { ...previous, secret: anew(previous.secret) },
  });
}

function presented(entry: SettingEntry): EventSubscription {
  const { id, version, created_at, updated_at } = presentedEntry(entry);
  const { url, events, workflow_id, description, status, disabled_reason } = storedOf(entry.text);
  return { id, url, events, workflow_id, description, status, disabled_reason, version, created_at, updated_at };
}
