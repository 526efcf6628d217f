import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, secretContext, type SecretList, type SecretResource } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { rewrapAll, wrappedAnew } from './rewrapping.js';
import { pageOfEntries, presentedEntry, withEntry, withoutEntry, type SettingQuota } from './setting-entries.js';
import { SettingWriter } from './setting-writer.js';
import { SecretsRepository, type SecretUse } from './settings.repository.js';
import type { SettingEntry, SettingsRecord } from './settings.schema.js';

const QUOTA: SettingQuota = {
  kind: 'secret',
  count: LIMITS.secretsPerOrganisation,
  bytes: LIMITS.secretBytesPerOrganisation,
};

/** What is asked for with a value. */
export interface SecretWrite {
  readonly name: string;
  readonly value: string;
  readonly description?: string | undefined;
  readonly if_version?: number | undefined;
}

/** Secrets: sealed when they come in, and never opened here again. */
@Injectable()
export class SecretsService {
  private readonly writer: SettingWriter;

  constructor(
    private readonly secrets: SecretsRepository,
    private readonly workflows: WorkflowsRepository,
    private readonly keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.writer = new SettingWriter('secret', secrets, (organisationId) => snapshots.publishSecrets(organisationId));
  }

  /** One page, by name. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<SecretList> {
    const record = await this.secrets.find(organisationId);
    const { page, ...rest } = pageOfEntries(record?.entries ?? [], { limit: Math.min(limit, LIMITS.pageSize), after });
    return { secrets: await this.presented(organisationId, page, record?.last_used), ...rest };
  }

  /** Seals and stores a value. Throws QUOTA_EXCEEDED, VERSION_CONFLICT, SERVICE_UNAVAILABLE without a master key. */
  async put(organisationId: string, write: SecretWrite): Promise<SecretResource> {
    const { name, value, description, if_version: version } = write;
    const text = sealed(value, secretContext(organisationId, name), this.keyring);
    const bytes = Buffer.byteLength(value);
    const entry = { name, text, bytes, characters: value.length, description, version };
    const record = await this.writer.write(organisationId, ({ entries }) =>
      this.wrapped(organisationId, withEntry(entries, entry, QUOTA)),
    );
    this.logger.info({ organisationId, secret: name, bytes }, 'Stored a secret');
    const stored = record.entries.filter((one) => one.name === name);
    return (await this.presented(organisationId, stored, record.last_used))[0] as SecretResource;
  }

  /** Throws SECRET_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, name: string, version?: number): Promise<{ name: string; deleted: true }> {
    await this.writer.write(organisationId, ({ entries, key_id }) => ({
      entries: withoutEntry(entries, { kind: 'secret', name, version }),
      key_id,
    }));
    await this.secrets.forgetUse(organisationId, name);
    this.logger.info({ organisationId, secret: name }, 'Deleted a secret');
    return { name, deleted: true };
  }

  /** Notes when secrets, of any organisations, were used last. */
  async recordUses(uses: readonly SecretUse[]): Promise<void> {
    await this.secrets.recordUses(uses);
  }

  /**
   * Wraps everything by the current master key that another one wraps; returns how many
   * organisations had such. Throws SERVICE_UNAVAILABLE, also when a master key is missing from the file.
   */
  async rewrap(stopping: AbortSignal): Promise<number> {
    const { secrets: settings, writer } = this;
    return rewrapAll({ settings, writer, wrapped: (id, entries) => this.wrapped(id, entries) }, this.keyring, stopping);
  }

  private wrapped(
    organisationId: string,
    entries: readonly SettingEntry[],
  ): { entries: SettingEntry[]; key_id: string } {
    return {
      entries: entries.map((entry) => ({
        ...entry,
        text: wrappedAnew(entry.text, secretContext(organisationId, entry.name), this.keyring),
      })),
      key_id: this.keyring.current.id,
    };
  }

  private async presented(
    organisationId: string,
    entries: readonly SettingEntry[],
    lastUsed: SettingsRecord['last_used'],
  ): Promise<SecretResource[]> {
    const uses = await this.workflows.usesOfSecrets(
      organisationId,
      entries.map((entry) => entry.name),
    );
    return entries.map((entry) => ({
      ...presentedEntry(entry),
      masked: entry.characters >= LIMITS.maskedCharacters,
      last_used_at: lastUse(entry, lastUsed),
      used_by: uses.get(entry.name) ?? [],
    }));
  }
}

/** A use that is told late may be that of a secret which had the name before. */
function lastUse({ name, created_at }: SettingEntry, lastUsed: SettingsRecord['last_used'] = {}): string | null {
  const at = Object.hasOwn(lastUsed, name) ? lastUsed[name] : undefined;
  return at !== undefined && at >= created_at ? at.toISOString() : null;
}
