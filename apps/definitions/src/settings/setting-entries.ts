import { newId } from '@millrace/contracts';
import {
  settingConflict,
  settingNotFound,
  settingsTooLarge,
  tooManySettings,
  type SettingKind,
} from './settings.errors.js';
import type { FormerText, SettingEntry } from './settings.schema.js';

/** What may be stored of one kind. */
export interface SettingQuota {
  readonly kind: SettingKind;
  readonly count: number;
  readonly bytes: number;
}

/** A value to store. `version`: the caller's `If-Match`. */
export interface SettingWrite extends Pick<SettingEntry, 'name' | 'text' | 'bytes' | 'characters' | 'former'> {
  /** Of a new one, where its name is its id. */
  readonly id?: string;
  readonly description: string | undefined;
  readonly version: number | undefined;
}

/** The entries with one added or replaced. Throws VERSION_CONFLICT, QUOTA_EXCEEDED. */
export function withEntry(
  entries: readonly SettingEntry[],
  { id, version, description, ...write }: SettingWrite,
  quota: SettingQuota,
): SettingEntry[] {
  const former = entries.find((entry) => entry.name === write.name);
  const { kind } = quota;
  if (version !== undefined && version !== (former?.version ?? 0))
    throw settingConflict(kind, write.name, version, former?.version ?? 0);
  const others = entries.filter((entry) => entry !== former);
  if (former === undefined && others.length >= quota.count) throw tooManySettings(kind, quota.count);
  const bytes = others.reduce((sum, entry) => sum + entry.bytes, write.bytes);
  if (bytes > quota.bytes) throw settingsTooLarge(kind, quota.bytes);
  const now = new Date();
  const entry: SettingEntry = {
    id: former?.id ?? id ?? newId(kind),
    ...write,
    description: description ?? former?.description ?? null,
    version: (former?.version ?? 0) + 1,
    created_at: former?.created_at ?? now,
    updated_at: now,
  };
  return [...others, entry];
}

/** Which entry is to go. `version`: the caller's `If-Match`. */
export interface SettingRemoval {
  readonly kind: SettingKind;
  readonly name: string;
  readonly version: number | undefined;
}

/** The entries without one. Throws the NOT_FOUND of the kind, VERSION_CONFLICT. */
export function withoutEntry(
  entries: readonly SettingEntry[],
  { kind, name, version }: SettingRemoval,
): SettingEntry[] {
  const former = entries.find((entry) => entry.name === name);
  if (former === undefined) throw settingNotFound(kind, name);
  if (version !== undefined && version !== former.version) throw settingConflict(kind, name, version, former.version);
  return entries.filter((entry) => entry !== former);
}

/** A page of entries by name. */
export function pageOfEntries(
  entries: readonly SettingEntry[],
  { limit, after }: { limit: number; after: string | undefined },
): { page: SettingEntry[]; next_cursor: string | null; has_more: boolean } {
  const rest = entries
    .filter((entry) => after === undefined || entry.name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, limit);
  const has_more = rest.length > limit;
  return { page, next_cursor: has_more ? (page.at(-1)?.name ?? null) : null, has_more };
}

/** What the API shows of every entry. */
export function presentedEntry(entry: SettingEntry) {
  const { id, name, description, version, created_at, updated_at } = entry;
  return {
    id,
    name,
    description,
    version,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

/** Former texts of one secret that are taken: a rotation that is repeated twice, as SDKs do without an answer, must not end the one in use. */
const FORMER_TEXTS = 3;

/** What was sealed in an entry before and is still taken, newest first. */
export function formerTexts(former: SettingEntry['former']): FormerText[] {
  const now = Date.now();
  return former === undefined ? [] : [former, ...(former.older ?? [])].filter(({ until }) => until.getTime() > now);
}

/** What is taken beside another text of an entry: its present one until then, and those before it no longer than that. */
export function formerOf({ text, former }: SettingEntry, until: Date): SettingEntry['former'] {
  const before = formerTexts(former).map((each) => ({
    text: each.text,
    until: each.until < until ? each.until : until,
  }));
  const older = before.slice(0, FORMER_TEXTS - 1);
  return older.length === 0 ? { text, until } : { text, until, older };
}
