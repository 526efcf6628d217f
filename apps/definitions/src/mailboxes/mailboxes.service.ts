import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  changedAccount,
  LIMITS,
  mailboxContext,
  newAccount,
  type ListMailboxes,
  type MailboxAccount,
  type MailboxPatch,
  type MailboxRequest,
  type StoredMailbox,
} from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import { idOfWrite } from '@millrace/service-kit/keyed-write';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring } from '@millrace/service-kit/sealing';
import type { z } from 'zod';
import { presentedEntry, type SettingQuota } from '../settings/setting-entries.js';
import { SettingStore } from '../settings/setting-store.js';
import { MailboxesRepository } from '../settings/settings.repository.js';
import type { SettingEntry } from '../settings/settings.schema.js';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';

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
  readonly #store: SettingStore;

  constructor(
    mailboxes: MailboxesRepository,
    keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#store = new SettingStore(mailboxes, {
      quota: QUOTA,
      publish: (organisationId) => snapshots.publish(mailboxes, organisationId),
      sealedPart: {
        keyring,
        context: mailboxContext,
        rewrapped: withSecret,
      },
    });
  }

  /** One page, oldest first. */
  async list(
    organisationId: string,
    limit: number,
    after: string | undefined,
  ): Promise<z.output<typeof ListMailboxes.answer>> {
    const { page, ...rest } = await this.#store.page(organisationId, limit, after);
    return { mailboxes: page.map(presented), ...rest };
  }

  /** Throws MAILBOX_NOT_FOUND. */
  async get(organisationId: string, id: string): Promise<StoredMailbox> {
    return presented(await this.#store.get(organisationId, id));
  }

  /** Throws INVALID_INPUT, QUOTA_EXCEEDED, SERVICE_UNAVAILABLE without a master key. */
  async create(organisationId: string, request: MailboxRequest): Promise<StoredMailbox> {
    const id = idOfWrite('mailbox');
    const account = newAccount(request, this.#store.sealed(organisationId, id, request.imap.auth.secret));
    const stored = await this.#write(organisationId, id, () => account, undefined);
    this.logger.info({ organisationId, mailbox: id, host: account.imap.host }, 'Set up a mailbox');
    return stored;
  }

  /** Throws MAILBOX_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT. */
  async update(organisationId: string, { mailbox_id: id, patch, if_version }: MailboxChange): Promise<StoredMailbox> {
    const value = patch.imap?.auth?.secret;
    const secret = value === undefined ? undefined : this.#store.sealed(organisationId, id, value);
    const change = (entries: readonly SettingEntry[]): MailboxAccount =>
      changedAccount(accountOf(this.#store.entryOf(entries, id).text), patch, secret);
    const stored = await this.#write(organisationId, id, change, if_version);
    this.logger.info({ organisationId, mailbox: id }, 'Changed a mailbox');
    return stored;
  }

  /** Throws MAILBOX_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, id: string, version?: number): Promise<{ id: string; deleted: true }> {
    await this.#store.delete(organisationId, id, version);
    this.logger.info({ organisationId, mailbox: id }, 'Deleted a mailbox');
    return { id, deleted: true };
  }

  /** See {@link SettingStore.rewrap}. */
  rewrap(stopping: AbortSignal): Promise<number> {
    return this.#store.rewrap(stopping);
  }

  async #write(
    organisationId: string,
    id: string,
    account: (entries: readonly SettingEntry[]) => MailboxAccount,
    version: number | undefined,
  ): Promise<StoredMailbox> {
    const content = (entries: readonly SettingEntry[]) => {
      const own = account(entries);
      requireUnwatched(own, id, entries);
      return { id, text: JSON.stringify(own) };
    };
    return presented(await this.#store.put(organisationId, { name: id, version }, content));
  }
}

function accountOf(text: string): MailboxAccount {
  return JSON.parse(text) as MailboxAccount;
}

/** Refuses a second mailbox for what another one watches: each message would start its workflows twice. One that watches it already may be changed. */
function requireUnwatched(own: MailboxAccount, id: string, entries: readonly SettingEntry[]): void {
  const watched = watchedBy(own);
  const twins = entries.filter(({ text }) => watchedBy(accountOf(text)) === watched).map(({ name }) => name);
  const [twin] = twins;
  if (twin === undefined || twins.includes(id)) return;
  const message = `is watched by the mailbox ${twin} already: with a second one each message would start its workflows twice. Triggers for an alias need none, they take what comes to any mailbox`;
  throw new AppError('INVALID_INPUT', {
    message: `The folder ${own.imap.folder} of ${own.imap.user} ${message}`,
    details: { issues: [{ path: 'imap.folder', message }] },
  });
}

/** Names of servers are the same in any case, with a dot at their end too, and so is that of the inbox (RFC 9051), but no other folder. */
function watchedBy({ imap: { host, user, folder } }: MailboxAccount): string {
  const isInbox = folder.toUpperCase() === 'INBOX';
  return JSON.stringify([host.toLowerCase().replace(/\.$/, ''), user, isInbox ? 'INBOX' : folder]);
}

function withSecret(text: string, anew: (part: string) => string): string {
  const { imap, ...account } = accountOf(text);
  const auth = { ...imap.auth, secret: anew(imap.auth.secret) };
  return JSON.stringify({ ...account, imap: { ...imap, auth } });
}

function presented(entry: SettingEntry): StoredMailbox {
  const { id, version, created_at, updated_at } = presentedEntry(entry);
  const { imap, ...account } = accountOf(entry.text);
  return { id, ...account, imap: { ...imap, auth: { type: imap.auth.type } }, version, created_at, updated_at };
}
