import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  eventSubscriptionContext,
  LIMITS,
  newId,
  type EventSubscription,
  type EventSubscriptionList,
  type EventSubscriptionPatch,
  type EventSubscriptionRequest,
  type EventSubscriptionWithSecret,
  type StoredEventSubscription,
} from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { rewrapAll, wrappedAnew } from '../settings/rewrapping.js';
import {
  pageOfEntries,
  presentedEntry,
  withEntry,
  withoutEntry,
  type SettingQuota,
} from '../settings/setting-entries.js';
import { SettingWriter } from '../settings/setting-writer.js';
import { settingNotFound } from '../settings/settings.errors.js';
import { EventSubscriptionsRepository } from '../settings/settings.repository.js';
import type { SettingEntry } from '../settings/settings.schema.js';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';

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

/** What becomes of a stored subscription; null leaves it as it is. */
type Change = (stored: StoredEventSubscription) => StoredEventSubscription | null;

/** How an entry is changed, besides its subscription. */
interface WriteOptions {
  readonly description?: string | null | undefined;
  readonly version?: number | undefined;
}

/** Subscriptions of organisations to events. Their secrets are sealed when they come in or are made, and never opened here again. */
@Injectable()
export class EventSubscriptionsService {
  private readonly writer: SettingWriter;

  constructor(
    private readonly subscriptions: EventSubscriptionsRepository,
    private readonly keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.writer = new SettingWriter('subscription', subscriptions, (organisationId) =>
      snapshots.publishSubscriptions(organisationId),
    );
  }

  /** One page, oldest first. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<EventSubscriptionList> {
    const record = await this.subscriptions.find(organisationId);
    const { page, ...rest } = pageOfEntries(record?.entries ?? [], { limit: Math.min(limit, LIMITS.pageSize), after });
    return { subscriptions: page.map(presented), ...rest };
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND. */
  async get(organisationId: string, id: string): Promise<EventSubscription> {
    const record = await this.subscriptions.find(organisationId);
    return presented(entryOf(record?.entries ?? [], id));
  }

  /** Throws QUOTA_EXCEEDED, SERVICE_UNAVAILABLE without a master key. */
  async create(
    organisationId: string,
    { url, events, workflow_id = null, description, secret = newSecret() }: EventSubscriptionRequest,
  ): Promise<EventSubscriptionWithSecret> {
    const id = newId('subscription');
    const stored: StoredEventSubscription = {
      url,
      events: [...new Set(events)],
      workflow_id,
      status: 'active',
      disabled_reason: null,
      since: new Date().toISOString(),
      secret: this.sealed(organisationId, id, secret),
      previous: null,
    };
    const record = await this.writer.write(organisationId, ({ entries }) =>
      this.wrapped(organisationId, this.withText(entries, id, stored, { description })),
    );
    this.logger.info({ organisationId, subscription: id }, 'Made a subscription to events');
    return { ...presented(entryOf(record.entries, id)), secret };
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND, QUOTA_EXCEEDED, VERSION_CONFLICT. */
  async update(organisationId: string, change: SubscriptionChange): Promise<EventSubscription> {
    const { description, events, ...members } = change.patch;
    const given = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
    const subscription = await this.change(
      organisationId,
      change.subscription_id,
      (stored) => ({
        ...stored,
        ...given,
        ...(events === undefined ? {} : { events: [...new Set(events)] }),
        ...(members.status === undefined ? {} : { disabled_reason: null }),
        ...(isActivated(stored, members) ? { since: new Date().toISOString() } : {}),
      }),
      { description, version: change.if_version },
    );
    this.logger.info({ organisationId, subscription: subscription.id }, 'Changed a subscription to events');
    return subscription;
  }

  /** Gives it another secret; the former one signs as well for a day. Throws EVENT_SUBSCRIPTION_NOT_FOUND, SERVICE_UNAVAILABLE without a master key. */
  async rotate(organisationId: string, id: string): Promise<EventSubscriptionWithSecret> {
    const secret = newSecret();
    const text = this.sealed(organisationId, id, secret);
    const until = new Date(Date.now() + GRACE_MS).toISOString();
    const subscription = await this.change(organisationId, id, (stored) => ({
      ...stored,
      secret: text,
      previous: { secret: stored.secret, until },
    }));
    this.logger.info({ organisationId, subscription: id }, 'Gave a subscription to events a new secret');
    return { ...subscription, secret };
  }

  /** Returns whether it has become disabled by this call. */
  async disable(organisationId: string, id: string, reason: string): Promise<boolean> {
    const found = (await this.subscriptions.find(organisationId))?.entries.some(({ name }) => name === id);
    if (!found) return false;
    let disabled = false;
    await this.change(organisationId, id, (stored) => {
      disabled = stored.status === 'active';
      return disabled ? { ...stored, status: 'disabled', disabled_reason: reason } : null;
    });
    if (disabled) this.logger.warn({ organisationId, subscription: id, reason }, 'Disabled a subscription to events');
    return disabled;
  }

  /** Throws EVENT_SUBSCRIPTION_NOT_FOUND, also the second time. */
  async delete(organisationId: string, id: string): Promise<{ id: string; deleted: true }> {
    await this.writer.write(organisationId, ({ entries, key_id }) => ({
      entries: withoutEntry(entries, id, 'subscription'),
      key_id,
    }));
    this.logger.info({ organisationId, subscription: id }, 'Deleted a subscription to events');
    return { id, deleted: true };
  }

  /** As of secrets: wraps by the current master key what another one wraps, and returns how many organisations had such. */
  async rewrap(stopping: AbortSignal): Promise<number> {
    const { subscriptions: settings, writer } = this;
    return rewrapAll({ settings, writer, wrapped: (id, entries) => this.wrapped(id, entries) }, this.keyring, stopping);
  }

  private async change(
    organisationId: string,
    id: string,
    change: Change,
    options: WriteOptions = {},
  ): Promise<EventSubscription> {
    const record = await this.writer.write(organisationId, ({ entries }) => {
      const changed = change(storedOf(entryOf(entries, id)));
      return changed && this.wrapped(organisationId, this.withText(entries, id, changed, options));
    });
    return presented(entryOf(record.entries, id));
  }

  private withText(
    entries: readonly SettingEntry[],
    id: string,
    stored: StoredEventSubscription,
    { description, version }: WriteOptions,
  ): SettingEntry[] {
    const text = JSON.stringify(stored);
    const write = { id, name: id, text, bytes: Buffer.byteLength(text), characters: text.length };
    const written = withEntry(entries, { ...write, description: description ?? undefined, version }, QUOTA);
    return description === null
      ? written.map((entry) => (entry.name === id ? { ...entry, description } : entry))
      : written;
  }

  private sealed(organisationId: string, id: string, secret: string): string {
    return sealed(secret, eventSubscriptionContext(organisationId, id), this.keyring);
  }

  private wrapped(
    organisationId: string,
    entries: readonly SettingEntry[],
  ): { entries: SettingEntry[]; key_id: string } {
    const rewrapped = entries.map((entry) => {
      const stored = storedOf(entry);
      const anew = (text: string) =>
        wrappedAnew(text, eventSubscriptionContext(organisationId, entry.name), this.keyring);
      const previous = stored.previous && { ...stored.previous, secret: anew(stored.previous.secret) };
      return { ...entry, text: JSON.stringify({ ...stored, secret: anew(stored.secret), previous }) };
    });
    return { entries: rewrapped, key_id: this.keyring.current.id };
  }
}

function isActivated(stored: StoredEventSubscription, { status }: EventSubscriptionPatch): boolean {
  return stored.status === 'disabled' && status === 'active';
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

function entryOf(entries: readonly SettingEntry[], id: string): SettingEntry {
  const entry = entries.find(({ name }) => name === id);
  if (entry === undefined) throw settingNotFound('subscription', id);
  return entry;
}

function storedOf(entry: SettingEntry): StoredEventSubscription {
  return JSON.parse(entry.text) as StoredEventSubscription;
}

function presented(entry: SettingEntry): EventSubscription {
  const { id, description, version, created_at, updated_at } = presentedEntry(entry);
  const { url, events, workflow_id, status, disabled_reason } = storedOf(entry);
  return { id, url, events, workflow_id, description, status, disabled_reason, version, created_at, updated_at };
}
