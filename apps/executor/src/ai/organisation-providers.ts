import {
  aiProviderContext,
  AiProvidersSnapshot,
  AppError,
  storedAiProviderSchema,
  type AiProvidersSnapshotValue,
  type StoredAiProvider,
} from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { openSealed, SealBrokenError, type Keyring } from '@millrace/service-kit/sealing';
import type { ProvidersOf } from './completion.js';
import { credentialOf, type Credential } from './credential.js';
import type { NamedProvider } from './model-choice.js';

/** The providers of organisations, from their snapshots, and those of the installation. */
export class OrganisationProviders implements ProvidersOf {
  /** By what the snapshots hold in memory: what is published anew is another object. */
  readonly #read = new WeakMap<AiProvidersSnapshotValue, readonly NamedProvider[]>();

  constructor(
    private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly keyring: Keyring,
    private readonly installation: readonly NamedProvider[],
  ) {}

  /** Its own, by name, and then those of the installation, but for such as it has taken the names of. */
  async of(organisationId: string): Promise<readonly NamedProvider[]> {
    const own = await this.ownOf(organisationId);
    const names = new Set(own.map(({ name }) => name));
    return [...own, ...this.installation.filter(({ name }) => !names.has(name))];
  }

  /** Its own alone, by name. Throws SERVICE_UNAVAILABLE. */
  async ownOf(organisationId: string): Promise<readonly NamedProvider[]> {
    const snapshot = await this.bus.snapshots.get(AiProvidersSnapshot, { organisation_id: organisationId });
    if (snapshot === null || snapshot.organisation_id !== organisationId) return [];
    const known = this.#read.get(snapshot);
    if (known !== undefined) return known;
    const providers = Object.keys(snapshot.providers)
      .sort()
      .flatMap((name) => this.#provider(organisationId, name, snapshot.providers[name] ?? ''));
    this.#read.set(snapshot, providers);
    return providers;
  }

  /** None for what only a newer version understands: the others of the organisation go on. */
  #provider(organisationId: string, name: string, text: string): NamedProvider[] {
    const stored = parsed(text);
    if (stored === null) return [];
    const { base_url, api_key: sealedKey, ...rest } = stored;
    let opened: Credential | undefined;
    return [
      {
        ...rest,
        base_url: base_url ?? undefined,
        name,
        owner: 'organisation',
        credential: () => (opened ??= credentialOf(this.#open(organisationId, name, sealedKey))),
      },
    ];
  }

  #open(organisationId: string, name: string, sealedKey: string | null): string | undefined {
    if (sealedKey === null) return undefined;
    try {
      return openSealed(sealedKey, aiProviderContext(organisationId, name), this.keyring);
    } catch (error) {
      if (!(error instanceof SealBrokenError)) throw error;
      throw new AppError('SECRET_UNREADABLE', {
        message: `The key of the provider "${name}" cannot be opened; store it again`,
        details: { provider_name: name },
        cause: error,
      });
    }
  }
}

function parsed(text: string): StoredAiProvider | null {
  try {
    return storedAiProviderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
