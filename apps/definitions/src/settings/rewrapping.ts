import { resealed, SealBrokenError, type Keyring } from '@millrace/service-kit/sealing';
import type { SettingWriter } from './setting-writer.js';
import type { SettingsRepository } from './settings.repository.js';
import type { SettingEntry } from './settings.schema.js';

/** Organisations that one look for old master keys takes. */
const BATCH = 100;

/** What is sealed in a collection of settings, and how it is wrapped anew. */
export interface SealedSettings {
  readonly settings: SettingsRepository;
  readonly writer: SettingWriter;
  readonly wrapped: (
    organisationId: string,
    entries: readonly SettingEntry[],
  ) => { entries: SettingEntry[]; key_id: string | null };
}

/**
 * A sealed text under the current master key. One that is damaged stays as it is: it is lost, and must take along neither the others
 * of its organisation nor their rotation. Throws SERVICE_UNAVAILABLE when its master key is not in the file.
 */
export function wrappedAnew(text: string, context: readonly string[], keyring: Keyring): string {
  try {
    return resealed(text, [...context], keyring);
  } catch (error) {
    if (error instanceof SealBrokenError) return text;
    throw error;
  }
}

/**
 * Wraps everything by the current master key that another one wraps; returns how many organisations had such. Throws
 * SERVICE_UNAVAILABLE, also when a master key is missing from the file.
 */
export async function rewrapAll(
  { settings, writer, wrapped }: SealedSettings,
  keyring: Keyring,
  stopping: AbortSignal,
): Promise<number> {
  let count = 0;
  const failures: unknown[] = [];
  for (let after: string | undefined = ''; after !== undefined && !stopping.aborted;) {
    const organisations = await settings.findWrappedByOthers(keyring.current.id, after, BATCH);
    for (const organisationId of organisations) {
      await writer
        .write(organisationId, ({ entries }) => wrapped(organisationId, entries))
        .then(() => count++)
        .catch((error: unknown) => failures.push(error));
    }
    after = organisations.length < BATCH ? undefined : organisations.at(-1);
  }
  // Those that cannot be wrapped must not hold up the others, however many they are.
  if (failures.length > 0) throw failures[0];
  return count;
}
