import { AppError, secretContext, SecretsSnapshot } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { LRUCache } from 'lru-cache';
import { openSealed, SealBrokenError } from './envelope.js';
import type { Keyring } from './keyring.js';
import type { SecretUses } from './secret-uses.js';

/** Characters of opened secrets that are kept in memory. */
const KEPT_CHARACTERS = 1024 * 1024;

/** Reads the secrets of organisations: from their sealed snapshots, opened in this process and nowhere else. */
export class SecretReader {
  readonly #opened = new LRUCache<string, string>({ maxSize: KEPT_CHARACTERS });

  constructor(
    private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly keyring: Keyring,
    /** Where the uses of what is read are noted. */
    private readonly uses?: Pick<SecretUses, 'note'>,
  ) {}

  /**
   * The values of those that exist among the names. Throws SERVICE_UNAVAILABLE while NATS or the master key is away,
   * SECRET_UNREADABLE for one that is damaged.
   */
  async read(organisationId: string, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const values: Record<string, string> = {};
    if (names.length === 0) return values;
    const snapshot = await this.bus.snapshots.get(SecretsSnapshot, { organisation_id: organisationId });
    if (snapshot === null || snapshot.organisation_id !== organisationId) return values;
    for (const name of names) {
      if (!Object.hasOwn(snapshot.secrets, name)) continue;
      values[name] = this.#open(organisationId, name, snapshot.secrets[name] ?? '');
      this.uses?.note(organisationId, name);
    }
    return values;
  }

  /**
   * The former values of those among the names that have been rotated, newest first, as long as they are to be taken. Throws as {@link read}.
   */
  async readFormer(
    organisationId: string,
    names: readonly string[],
  ): Promise<Readonly<Record<string, readonly string[]>>> {
    const values: Record<string, string[]> = {};
    const snapshot = await this.bus.snapshots.get(SecretsSnapshot, { organisation_id: organisationId });
    if (snapshot?.former === undefined || snapshot.organisation_id !== organisationId) return values;
    for (const name of names) {
      const former = Object.hasOwn(snapshot.former, name) ? snapshot.former[name] : undefined;
      if (former === undefined) continue;
      const taken = [former, ...(former.older ?? [])].filter(({ until }) => Date.parse(until) > Date.now());
      if (taken.length > 0) values[name] = taken.map(({ secret }) => this.#open(organisationId, name, secret));
    }
    return values;
  }

  #open(organisationId: string, name: string, text: string): string {
    // The context is part of the key: what belongs to another organisation must fail here too.
    const key = `${organisationId}/${name}/${text}`;
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    try {
      const value = openSealed(text, secretContext(organisationId, name), this.keyring);
      this.#opened.set(key, value, { size: key.length + value.length });
      return value;
    } catch (error) {
      if (!(error instanceof SealBrokenError)) throw error;
      throw new AppError('SECRET_UNREADABLE', {
        message: `The secret "${name}" cannot be opened; store it again`,
        details: { secret: name },
        cause: error,
      });
    }
  }
}
