import {
  AI_PROVIDER_TYPES,
  AppError,
  requiredFor,
  storedAiProviderSchema,
  type AiProviderRequest,
  type StoredAiProvider,
} from '@millrace/contracts';
import type { SettingEntry } from '../settings/settings.schema.js';

/** What the text of an entry says. */
export function storedProviderOf(text: string): StoredAiProvider {
  return storedAiProviderSchema.parse(JSON.parse(text));
}

/**
 * The provider that is asked for, with its key as it is stored: `sealed` is the new one, null takes the former away, undefined leaves it.
 * Throws INVALID_INPUT without a key that is required.
 */
export function storedProvider(
  { type, base_url, models, aliases, default: isDefault }: AiProviderRequest,
  sealed: string | null | undefined,
  former: SettingEntry | undefined,
): StoredAiProvider {
  const account = { type, base_url: base_url ?? null };
  const api_key = sealed === undefined ? keptKey(account, former) : sealed;
  if (api_key === null && AI_PROVIDER_TYPES[type].needsKey) throw keyMissing(requiredFor(type));
  return { ...account, models, aliases, default: isDefault, api_key };
}

/** The entries with none of them as the default, but for that of the name: a changed one is a version of its own. */
export function withoutOtherDefault(entries: readonly SettingEntry[], name: string): SettingEntry[] {
  return entries.map((entry) => {
    const provider = storedProviderOf(entry.text);
    if (entry.name === name || !provider.default) return entry;
    const text = JSON.stringify({ ...provider, default: false });
    return { ...entry, text, bytes: Buffer.byteLength(text), version: entry.version + 1, updated_at: new Date() };
  });
}

/**
 * The sealed key that stays when none is given. Only for the same API: whoever may change a provider must not be able to have a key
 * that they cannot read sent to a server of their own.
 */
function keptKey(
  { type, base_url }: Pick<StoredAiProvider, 'type' | 'base_url'>,
  former: SettingEntry | undefined,
): string | null {
  const before = former && storedProviderOf(former.text);
  if (before === undefined || before.api_key === null) return null;
  if (before.type === type && before.base_url === base_url) return before.api_key;
  throw keyMissing('is required again when type or base_url change; null for none');
}

function keyMissing(message: string): AppError {
  return new AppError('INVALID_INPUT', {
    message: `The member "api_key" of the provider ${message}`,
    details: { issues: [{ path: 'api_key', message }] },
  });
}
