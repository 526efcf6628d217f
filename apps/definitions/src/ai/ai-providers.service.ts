import { Inject, Injectable } from '@nestjs/common';
import {
  aiProviderContext,
  LIMITS,
  type AiProviderList,
  type AiProviderRequest,
  type AiProviderResource,
} from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring } from '@millrace/service-kit/sealing';
import { presentedEntry, type SettingQuota } from '../settings/setting-entries.js';
import { SettingStore } from '../settings/setting-store.js';
import { AiProvidersRepository } from '../settings/settings.repository.js';
import type { SettingEntry } from '../settings/settings.schema.js';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { storedProvider, storedProviderOf, withoutOtherDefault } from './stored-provider.js';

const QUOTA: SettingQuota = {
  kind: 'provider',
  count: LIMITS.aiProvidersPerOrganisation,
  bytes: LIMITS.aiProviderBytesPerOrganisation,
};

/** What is asked for with a provider. */
export interface AiProviderWrite {
  readonly name: string;
  readonly provider: AiProviderRequest;
  readonly if_version?: number | undefined;
}

/** Providers of models of organisations. Their keys are sealed when they come in, and never opened here again. */
@Injectable()
export class AiProvidersService {
  readonly #store: SettingStore;

  constructor(
    providers: AiProvidersRepository,
    keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#store = new SettingStore(providers, {
      quota: QUOTA,
      publish: (organisationId) => snapshots.publish(providers, organisationId),
      sealedPart: {
        keyring,
        context: aiProviderContext,
        rewrapped: (text, anew) => {
          const { api_key, ...stored } = storedProviderOf(text);
          return api_key === null ? null : JSON.stringify({ ...stored, api_key: anew(api_key) });
        },
      },
    });
  }

  /** One page, by name. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<AiProviderList> {
    const { page, ...rest } = await this.#store.page(organisationId, limit, after);
    return { providers: page.map(presented), ...rest };
  }

  /** Throws AI_PROVIDER_NOT_FOUND. */
  async get(organisationId: string, name: string): Promise<AiProviderResource> {
    return presented(await this.#store.get(organisationId, name));
  }

  /**
   * Stores a provider; as the default, it takes that from the one that was. Throws INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT,
   * SERVICE_UNAVAILABLE without a master key.
   */
  async put(
    organisationId: string,
    { name, provider, if_version: version }: AiProviderWrite,
  ): Promise<AiProviderResource> {
    const { api_key: key, description } = provider;
    const sealed = typeof key === 'string' ? this.#store.sealed(organisationId, name, key) : key;
    const entry = await this.#store.change(organisationId, { name, description, version }, (entries) => {
      const former = entries.find((one) => one.name === name);
      return {
        entries: provider.default ? withoutOtherDefault(entries, name) : entries,
        content: { text: JSON.stringify(storedProvider(provider, sealed, former)) },
      };
    });
    this.logger.info({ organisationId, provider: name, type: provider.type }, 'Stored a provider of models');
    return presented(entry);
  }

  /** Throws AI_PROVIDER_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, name: string, version?: number): Promise<{ name: string; deleted: true }> {
    await this.#store.delete(organisationId, name, version);
    this.logger.info({ organisationId, provider: name }, 'Deleted a provider of models');
    return { name, deleted: true };
  }

  /** See {@link SettingStore.rewrap}. */
  rewrap(stopping: AbortSignal): Promise<number> {
    return this.#store.rewrap(stopping);
  }
}

function presented(entry: SettingEntry): AiProviderResource {
  const { api_key, ...provider } = storedProviderOf(entry.text);
  return { ...presentedEntry(entry), ...provider, has_key: api_key !== null };
}
