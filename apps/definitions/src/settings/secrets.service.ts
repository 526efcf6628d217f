import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, secretContext, type SecretList, type SecretResource } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring } from '@millrace/service-kit/sealing';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { formerOf, presentedEntry, type SettingQuota } from './setting-entries.js';
import { SettingStore } from './setting-store.js';
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
  readonly #store: SettingStore;

  constructor(
    private readonly secrets: SecretsRepository,
    private readonly workflows: WorkflowsRepository,
    keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#store = new SettingStore(secrets, {
      quota: QUOTA,
      publish: (organisationId) => snapshots.publish(secrets, organisationId),
      sealedPart: { keyring, context: secretContext, rewrapped: (text, anew) => anew(text) },
    });
  }

  /** One page, by name. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<SecretList> {
    const { page, ...rest } = await this.#store.page(organisationId, limit, after);
    return { secrets: await this.#presented(organisationId, page), ...rest };
  }

  /** Seals and stores a value. Throws QUOTA_EXCEEDED, VERSION_CONFLICT, SERVICE_UNAVAILABLE without a master key. */
  async put(organisationId: string, write: SecretWrite): Promise<SecretResource> {
    const { name, value, description, if_version: version } = write;
    const text = this.#store.sealed(organisationId, name, value);
    const content = { text, bytes: Buffer.byteLength(value), characters: value.length };
    const stored = await this.#store.put(organisationId, { name, description, version }, () => content);
    this.logger.info({ organisationId, secret: name, bytes: content.bytes }, 'Stored a secret');
    return (await this.#presented(organisationId, [stored]))[0] as SecretResource;
  }

  /**
   * Stores another value; the one before, if there is one, is taken in webhook calls for `graceSeconds` more, and earlier ones no longer than that.
   * Returns until when, or null. Throws QUOTA_EXCEEDED, SERVICE_UNAVAILABLE without a master key.
   */
  async rotate(organisationId: string, name: string, value: string, graceSeconds: number): Promise<Date | null> {
    const text = this.#store.sealed(organisationId, name, value);
    const until = new Date(Date.now() + graceSeconds * 1_000);
    const content = { text, bytes: Buffer.byteLength(value), characters: value.length };
    const stored = await this.#store.put(organisationId, { name }, (entries) => {
      const before = entries.find((entry) => entry.name === name);
      return before === undefined || graceSeconds === 0 ? content : { ...content, former: formerOf(before, until) };
    });
    this.logger.info({ organisationId, secret: name }, 'Rotated a secret');
    return stored.former?.until ?? null;
  }

  /** Throws SECRET_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, name: string, version?: number): Promise<{ name: string; deleted: true }> {
    await this.#store.delete(organisationId, name, version);
    await this.secrets.forgetUse(organisationId, name);
    this.logger.info({ organisationId, secret: name }, 'Deleted a secret');
    return { name, deleted: true };
  }

  /** Notes when secrets, of any organisations, were used last. */
  async recordUses(uses: readonly SecretUse[]): Promise<void> {
    await this.secrets.recordUses(uses);
  }

  /** See {@link SettingStore.rewrap}. */
  rewrap(stopping: AbortSignal): Promise<number> {
    return this.#store.rewrap(stopping);
  }

  async #presented(organisationId: string, entries: readonly SettingEntry[]): Promise<SecretResource[]> {
    const lastUsed = (await this.secrets.find(organisationId))?.last_used;
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

/** A use that is reported late may be that of a secret which had the name before. */
function lastUse({ name, created_at }: SettingEntry, lastUsed: SettingsRecord['last_used'] = {}): string | null {
  const at = Object.hasOwn(lastUsed, name) ? lastUsed[name] : undefined;
  return at !== undefined && at >= created_at ? at.toISOString() : null;
}
