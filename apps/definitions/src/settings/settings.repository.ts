import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Model } from 'mongoose';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { notedWrite } from '../persistence/noted-writes.js';
import { settingsSchema, type SettingsRecord } from './settings.schema.js';

/** All collections of settings. */
export const SETTINGS_REPOSITORIES = Symbol('definitions:settings-repositories');

/** The kinds of settings, each by the name of what is published of it. */
export type SettingsName = 'secrets' | 'variables' | 'mailboxes' | 'senders' | 'providers' | 'subscriptions';

/** A collection of settings. Every method throws SERVICE_UNAVAILABLE while the database is away. */
export abstract class SettingsRepository {
  abstract readonly kind: SettingsName;
  abstract readonly model: Model<SettingsRecord>;
  protected abstract readonly database: Database;

  /** The settings of an organisation; an empty record, made if there is none. */
  async findOrCreate(organisationId: string): Promise<SettingsRecord> {
    const found = await this.find(organisationId);
    if (found !== null) return found;
    const empty = { entries: [], key_id: null, revision: 0, snapshot_pending: false };
    await this.database.run(() =>
      this.model.updateOne(keyOf(organisationId), { $setOnInsert: empty }, { upsert: true }).exec(),
    );
    return (await this.find(organisationId)) ?? { ...keyOf(organisationId), ...empty };
  }

  /** The settings of an organisation, or null. */
  find(organisationId: string): Promise<SettingsRecord | null> {
    return this.database.run(() => this.model.findOne(keyOf(organisationId)).lean<SettingsRecord>().exec());
  }

  /** Names of all entries, for the checks of documents. */
  async names(organisationId: string): Promise<string[]> {
    const found = await this.database.run(() =>
      this.model.findOne(keyOf(organisationId)).select({ 'entries.name': 1 }).lean<SettingsRecord>().exec(),
    );
    return (found?.entries ?? []).map((entry) => entry.name);
  }

  /**
   * Writes all entries if nobody has written since `revision` was read, and marks the snapshot as due. Returns null, and has
   * changed nothing, when somebody has.
   */
  compareAndSet(
    organisationId: string,
    revision: number,
    changes: Pick<SettingsRecord, 'entries' | 'key_id'>,
  ): Promise<SettingsRecord | null> {
    const update = { $set: { ...changes, snapshot_pending: true }, $inc: { revision: 1 }, ...notedWrite() };
    return this.database.run(() =>
      this.model
        .findOneAndUpdate({ ...keyOf(organisationId), revision }, update, { returnDocument: 'after' })
        .lean<SettingsRecord>()
        .exec(),
    );
  }

  /** Takes all entries away, if there are any; the snapshot is then due. */
  async erase(organisationId: string): Promise<void> {
    const update = {
      $set: { entries: [], key_id: null, snapshot_pending: true },
      $unset: { last_used: 1 },
      $inc: { revision: 1 },
    };
    const filter = { ...keyOf(organisationId), 'entries.0': { $exists: true } };
    await this.database.run(() => this.model.updateOne(filter, update).exec());
  }

  /** Marks the snapshot of `revision` as published. Returns false when somebody has written since: then it is out of date. */
  async markPublished(organisationId: string, revision: number): Promise<boolean> {
    const result = await this.database.run(() =>
      this.model.updateOne({ ...keyOf(organisationId), revision }, { $set: { snapshot_pending: false } }).exec(),
    );
    return result.matchedCount === 1;
  }

  /** Organisations whose snapshots are due. */
  async findUnpublished(limit: number): Promise<string[]> {
    const due = await this.database.run(() =>
      overAllOrganisations(this.model.find({ snapshot_pending: true }))
        .select({ _id: 1 })
        .limit(limit)
        .lean<{ _id: string }[]>()
        .exec(),
    );
    return due.map(({ _id }) => _id);
  }

  /** Organisations whose entries another master key wraps than this one, in pages by id; `after` is the last id of the page before, or ''. */
  async findWrappedByOthers(keyId: string, after: string, limit: number): Promise<string[]> {
    const filter = { _id: { $gt: after }, key_id: { $nin: [keyId, null] } };
    const found = await this.database.run(() =>
      overAllOrganisations(this.model.find(filter))
        .sort({ _id: 1 })
        .select({ _id: 1 })
        .limit(limit)
        .lean<{ _id: string }[]>()
        .exec(),
    );
    return found.map(({ _id }) => _id);
  }

  /** All records of all organisations, in pages by id; `after` is the last id of the page before, or ''. */
  walk(after: string, limit: number): Promise<SettingsRecord[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ _id: { $gt: after } }))
        .sort({ _id: 1 })
        .limit(limit)
        .lean<SettingsRecord[]>()
        .exec(),
    );
  }
}

function keyOf(organisationId: string): { _id: string; organisation_id: string } {
  return { _id: organisationId, organisation_id: organisationId };
}

/** That a secret was used. */
export interface SecretUse {
  readonly organisation_id: string;
  readonly name: string;
  readonly used_at: Date;
}

/** Collection `secrets`. */
@Injectable()
export class SecretsRepository extends SettingsRepository {
  override readonly kind = 'secrets';
  override readonly model: Model<SettingsRecord>;

  constructor(protected override readonly database: Database) {
    super();
    this.model = database.connection.model<SettingsRecord>('Secrets', settingsSchema('secrets'));
  }

  /** Notes when secrets were used last; an earlier time than the noted one changes nothing, nor does one of a secret that is not there. */
  async recordUses(uses: readonly SecretUse[]): Promise<void> {
    const writes = uses.map(({ organisation_id, name, used_at }) => ({
      updateOne: {
        filter: { ...keyOf(organisation_id), 'entries.name': name },
        update: { $max: { [`last_used.${name}`]: used_at } },
      },
    }));
    if (writes.length > 0) await this.database.run(() => this.model.bulkWrite(writes, { ordered: false }));
  }

  /** Forgets when a secret was used that is no more. */
  async forgetUse(organisationId: string, name: string): Promise<void> {
    const filter = { ...keyOf(organisationId), 'entries.name': { $ne: name } };
    await this.database.run(() => this.model.updateOne(filter, { $unset: { [`last_used.${name}`]: 1 } }).exec());
  }
}

/** Collection `variables`. */
@Injectable()
export class VariablesRepository extends SettingsRepository {
  override readonly kind = 'variables';
  override readonly model: Model<SettingsRecord>;

  constructor(protected override readonly database: Database) {
    super();
    this.model = database.connection.model<SettingsRecord>('Variables', settingsSchema('variables'));
  }
}

/** Collection `mailboxes`. */
@Injectable()
export class MailboxesRepository extends SettingsRepository {
  override readonly kind = 'mailboxes';
  override readonly model: Model<SettingsRecord>;

  constructor(protected override readonly database: Database) {
    super();
    this.model = database.connection.model<SettingsRecord>('Mailboxes', settingsSchema('mailboxes'));
  }

  /** The addresses of all of them, for the checks of documents. */
  async addresses(organisationId: string): Promise<string[]> {
    const found = await this.find(organisationId);
    return (found?.entries ?? []).map(({ text }) => (JSON.parse(text) as { address: string }).address);
  }
}

/** Collection `mail_senders`. */
@Injectable()
export class MailSendersRepository extends SettingsRepository {
  override readonly kind = 'senders';
  override readonly model: Model<SettingsRecord>;

  constructor(protected override readonly database: Database) {
    super();
    this.model = database.connection.model<SettingsRecord>('MailSenders', settingsSchema('mail_senders'));
  }
}

/** Collection `ai_providers`. */
@Injectable()
export class AiProvidersRepository extends SettingsRepository {
  override readonly kind = 'providers';
  override readonly model: Model<SettingsRecord>;

  constructor(protected override readonly database: Database) {
    super();
    this.model = database.connection.model<SettingsRecord>('AiProviders', settingsSchema('ai_providers'));
  }
}

/** Collection `event_subscriptions`. */
@Injectable()
export class EventSubscriptionsRepository extends SettingsRepository {
  override readonly kind = 'subscriptions';
  override readonly model: Model<SettingsRecord>;

  constructor(protected override readonly database: Database) {
    super();
    this.model = database.connection.model<SettingsRecord>('EventSubscriptions', settingsSchema('event_subscriptions'));
  }
}
