import { LIMITS } from '@millrace/contracts';
import { sealed, type Keyring } from '@millrace/service-kit/sealing';
import { rewrapAll, wrappedAnew } from './rewrapping.js';
import {
  formerTexts,
  pageOfEntries,
  withEntry,
  withoutEntry,
  type SettingQuota,
  type SettingWrite,
} from './setting-entries.js';
import { SettingWriter } from './setting-writer.js';
import { settingNotFound } from './settings.errors.js';
import type { SettingsRepository } from './settings.repository.js';
import type { SettingEntry } from './settings.schema.js';

/** What is sealed in the entries of one kind. */
export interface SealedPart {
  readonly keyring: Keyring;
  /** What it is sealed for: the organisation and the entry of a name. */
  readonly context: (organisationId: string, name: string) => readonly string[];
  /** An entry's text with every sealed part of it replaced by what `anew` makes of that; null for a text without one. */
  readonly rewrapped: (text: string, anew: (part: string) => string) => string | null;
}

/** What settings of one kind are made of. */
export interface SettingKindRules {
  readonly quota: SettingQuota;
  /** Publishes what is stored of an organisation. */
  readonly publish: (organisationId: string) => Promise<void>;
  /** Of kinds that have something sealed. */
  readonly sealedPart?: SealedPart;
}

/** The text of an entry that is to be stored, and what is not derived from it. */
export type EntryContent = Pick<SettingWrite, 'text'> &
  Partial<Pick<SettingWrite, 'id' | 'bytes' | 'characters' | 'former'>>;

/** What an entry is stored with, beside its content. */
export type EntryAddress = Pick<SettingWrite, 'name'> & Partial<Pick<SettingWrite, 'description' | 'version'>>;

/**
 * The settings of one kind, of all organisations: pages, versions, quotas, publishing. What is sealed in them is wrapped by the current
 * master key with every change, and never opened here.
 */
export class SettingStore {
  readonly #writer: SettingWriter;

  constructor(
    private readonly settings: SettingsRepository,
    private readonly rules: SettingKindRules,
  ) {
    this.#writer = new SettingWriter(rules.quota.kind, settings, rules.publish);
  }

  /** One page of an organisation's entries, by name. Throws SERVICE_UNAVAILABLE, as all methods do. */
  async page(
    organisationId: string,
    limit: number,
    after: string | undefined,
  ): Promise<ReturnType<typeof pageOfEntries>> {
    const record = await this.settings.find(organisationId);
    return pageOfEntries(record?.entries ?? [], { limit: Math.min(limit, LIMITS.pageSize), after });
  }

  /** Throws the NOT_FOUND of the kind. */
  async get(organisationId: string, name: string): Promise<SettingEntry> {
    const record = await this.settings.find(organisationId);
    return this.entryOf(record?.entries ?? [], name);
  }

  /**
   * Stores an entry, made from those there are; returns it once it is published. Throws what `content` throws, QUOTA_EXCEEDED,
   * VERSION_CONFLICT.
   */
  put(
    organisationId: string,
    address: EntryAddress,
    content: (entries: readonly SettingEntry[]) => EntryContent,
  ): Promise<SettingEntry> {
    return this.change(organisationId, address, (entries) => ({ entries, content: content(entries) }));
  }

  /** As {@link put}, with changes of other entries. */
  async change(
    organisationId: string,
    { name, description, version }: EntryAddress,
    changed: (entries: readonly SettingEntry[]) => {
      readonly entries: readonly SettingEntry[];
      readonly content: EntryContent;
    },
  ): Promise<SettingEntry> {
    const record = await this.#writer.write(organisationId, (before) => {
      const { entries, content } = changed(before.entries);
      const { text } = content;
      const sizes = { bytes: Buffer.byteLength(text), characters: text.length };
      const write = { ...sizes, ...content, name, description, version };
      return this.#wrapped(organisationId, withEntry(entries, write, this.rules.quota));
    });
    return this.entryOf(record.entries, name);
  }

  /** Throws the NOT_FOUND of the kind, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, name: string, version?: number): Promise<void> {
    await this.#writer.write(organisationId, ({ entries, key_id }) => ({
      entries: withoutEntry(entries, { kind: this.rules.quota.kind, name, version }),
      key_id,
    }));
  }

  /** The entry of that name. Throws the NOT_FOUND of the kind. */
  entryOf(entries: readonly SettingEntry[], name: string): SettingEntry {
    const entry = entries.find((one) => one.name === name);
    if (entry === undefined) throw settingNotFound(this.rules.quota.kind, name);
    return entry;
  }

  /** A value, sealed for the entry of that name. Throws SERVICE_UNAVAILABLE without a master key. */
  sealed(organisationId: string, name: string, value: string): string {
    const { sealedPart } = this.rules;
    if (sealedPart === undefined) throw new Error(`Nothing is sealed in settings of the kind ${this.rules.quota.kind}`);
    return sealed(value, sealedPart.context(organisationId, name), sealedPart.keyring);
  }

  /**
   * Wraps everything by the current master key that another one wraps; returns how many organisations had such. Throws
   * SERVICE_UNAVAILABLE, also when a master key is missing from the file.
   */
  async rewrap(stopping: AbortSignal): Promise<number> {
    const { settings, rules } = this;
    const writer = this.#writer;
    if (rules.sealedPart === undefined) return 0;
    const wrapped = (id: string, entries: readonly SettingEntry[]) => this.#wrapped(id, entries);
    return rewrapAll({ settings, writer, wrapped }, rules.sealedPart.keyring, stopping);
  }

  #wrapped(
    organisationId: string,
    entries: readonly SettingEntry[],
  ): { entries: SettingEntry[]; key_id: string | null } {
    const { sealedPart } = this.rules;
    if (sealedPart === undefined) return { entries: [...entries], key_id: null };
    const { keyring, context, rewrapped } = sealedPart;
    let isSealed = false;
    const wrapped = entries.map((entry) => {
      const anew = (part: string) => wrappedAnew(part, context(organisationId, entry.name), keyring);
      const text = rewrapped(entry.text, anew);
      if (text === null) return entry;
      isSealed = true;
      return withFormer({ ...entry, text }, anew);
    });
    return { entries: wrapped, key_id: isSealed ? keyring.current.id : null };
  }
}

/** What an entry was before goes when its time is over. */
function withFormer({ former, ...entry }: SettingEntry, anew: (part: string) => string): SettingEntry {
  const [latest, ...older] = formerTexts(former).map(({ text, until }) => ({ text: anew(text), until }));
  if (latest === undefined) return entry;
  return { ...entry, former: older.length === 0 ? latest : { ...latest, older } };
}
