import { Inject, Injectable } from '@nestjs/common';
import {
  LIMITS,
  mailboxContext,
  newId,
  type ListMailboxes,
  type MailboxAccount,
  type MailboxPatch,
  type MailboxRequest,
  type StoredMailbox,
} from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import type { z } from 'zod';
import { rewrapAll, wrappedAnew } from '../settings/rewrapping.js';
import {
  pageOfEntries,
  presentedEntry,
  withEntry,
  withoutEntry,
  type SettingQuota,
} from '../settings/setting-entries.js';
import { SettingWriter } from '../settings/setting-writer.js';
import { settingNotFound } from '../settings/settings.errors.js';
import { MailboxesRepository } from '../settings/settings.repository.js';
import type { SettingEntry } from '../settings/settings.schema.js';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { changedAccount, newAccount } from './mailbox-account.js';

const QUOTA: SettingQuota = {
  kind: 'mailbox',
  count: LIMITS.mailboxesPerOrganisation,
  bytes: LIMITS.mailboxBytesPerOrganisation,
};

/** What is asked for with a change. */
export interface MailboxChange {
  readonly mailbox_id: string;
  readonly patch: MailboxPatch;
  readonly if_version?: number | undefined;
}

/** Mailboxes of organisations. Their secrets are sealed when they come in, and never opened here again. */
@Injectable()
export class MailboxesService {
  private readonly writer: SettingWriter;

  constructor(
    private readonly mailboxes: MailboxesRepository,
    private readonly keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.writer = new SettingWriter('mailbox', mailboxes, (organisationId) =>
      snapshots.publishMailboxes(organisationId),
    );
  }

  /** One page, oldest first. */
  async list(
    organisationId: string,
    limit: number,
    after: string | undefined,
  ): Promise<z.output<typeof ListMailboxes.answer>> {
    const record = await this.mailboxes.find(organisationId);
    const { page, ...rest } = pageOfEntries(record?.entries ?? [], { limit: Math.min(limit, LIMITS.pageSize), after });
    return { mailboxes: page.map(presented), ...rest };
  }

  /** Throws MAILBOX_NOT_FOUND. */
  async get(organisationId: string, id: string): Promise<StoredMailbox> {
    const record = await this.mailboxes.find(organisationId);
    return presented(entryOf(record?.entries ?? [], id));
  }

  /** Throws QUOTA_EXCEEDED, SERVICE_UNAVAILABLE without a master key. */
  async create(organisationId: string, request: MailboxRequest): Promise<StoredMailbox> {
    const id = newId('mailbox');
    const account = newAccount(request, this.sealed(organisationId, id, request.imap.auth.secret));
    const stored = await this.write(organisationId, id, () => account, undefined);
    this.logger.info({ organisationId, mailbox: id, host: account.imap.host }, 'Set up a mailbox');
    return stored;
  }

  /** Throws MAILBOX_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT. */
  async update(organisationId: string, { mailbox_id: id, patch, if_version }: MailboxChange): Promise<StoredMailbox> {
    const value = patch.imap?.auth?.secret;
    const secret = value === undefined ? undefined : this.sealed(organisationId, id, value);
    const change = (entries: readonly SettingEntry[]): MailboxAccount =>
      changedAccount(accountOf(entryOf(entries, id)), patch, secret);
    const stored = await this.write(organisationId, id, change, if_version);
    this.logger.info({ organisationId, mailbox: id }, 'Changed a mailbox');
    return stored;
  }

  /** Throws MAILBOX_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, id: string, version?: number): Promise<{ id: string; deleted: true }> {
    await this.writer.write(organisationId, ({ entries, key_id }) => ({
      entries: withoutEntry(entries, { kind: 'mailbox', name: id, version }),
      key_id,
    }));
    this.logger.info({ organisationId, mailbox: id }, 'Deleted a mailbox');
    return { id, deleted: true };
  }

  /** As of secrets: wraps by the current master key what another one wraps, and returns how many organisations had such. */
  async rewrap(stopping: AbortSignal): Promise<number> {
    const { mailboxes: settings, writer } = this;
    return rewrapAll({ settings, writer, wrapped: (id, entries) => this.wrapped(id, entries) }, this.keyring, stopping);
  }

  private async write(
    organisationId: string,
    id: string,
    account: (entries: readonly SettingEntry[]) => MailboxAccount,
    version: number | undefined,
  ): Promise<StoredMailbox> {
    const record = await this.writer.write(organisationId, ({ entries }) => {
      const text = JSON.stringify(account(entries));
      const write = { id, name: id, text, bytes: Buffer.byteLength(text), characters: text.length };
      const written = withEntry(entries, { ...write, description: undefined, version }, QUOTA);
      return this.wrapped(organisationId, written);
    });
    return presented(entryOf(record.entries, id));
  }

  private sealed(organisationId: string, id: string, secret: string): string {
    return sealed(secret, mailboxContext(organisationId, id), this.keyring);
  }

  private wrapped(
    organisationId: string,
    entries: readonly SettingEntry[],
  ): { entries: SettingEntry[]; key_id: string } {
    const rewrapped = entries.map((entry) => {
      const account = accountOf(entry);
      const { auth } = account.imap;
      const secret = wrappedAnew(auth.secret, mailboxContext(organisationId, entry.name), this.keyring);
      if (secret === auth.secret) return entry;
      return { ...entry, text: JSON.stringify({ ...account, imap: { ...account.imap, auth: { ...auth, secret } } }) };
    });
    return { entries: rewrapped, key_id: this.keyring.current.id };
  }
}

function entryOf(entries: readonly SettingEntry[], id: string): SettingEntry {
  const entry = entries.find(({ name }) => name === id);
  if (entry === undefined) throw settingNotFound('mailbox', id);
  return entry;
}

function accountOf(entry: SettingEntry): MailboxAccount {
  return JSON.parse(entry.text) as MailboxAccount;
}

function presented(entry: SettingEntry): StoredMailbox {
  const { id, version, created_at, updated_at } = presentedEntry(entry);
  const { imap, ...account } = accountOf(entry);
  return { id, ...account, imap: { ...imap, auth: { type: imap.auth.type } }, version, created_at, updated_at };
}
