import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  LIMITS,
  mailSenderContext,
  storedMailSenderSchema,
  type MailSenderList,
  type MailSenderRequest,
  type MailSenderResource,
  type StoredMailSender,
} from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { parseMailbox } from '@millrace/service-kit/mailbox';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { rewrapAll, wrappedAnew } from './rewrapping.js';
import { pageOfEntries, presentedEntry, withEntry, withoutEntry, type SettingQuota } from './setting-entries.js';
import { SettingWriter } from './setting-writer.js';
import { settingNotFound } from './settings.errors.js';
import { MailSendersRepository } from './settings.repository.js';
import type { SettingEntry } from './settings.schema.js';

const QUOTA: SettingQuota = {
  kind: 'sender',
  count: LIMITS.mailSendersPerOrganisation,
  bytes: LIMITS.mailSenderBytesPerOrganisation,
};

/** What is asked for with a mail sender. */
export interface MailSenderWrite {
  readonly name: string;
  readonly sender: MailSenderRequest;
  readonly if_version?: number | undefined;
}

/** Mail senders of organisations. Their passwords are sealed when they come in, and never opened here again. */
@Injectable()
export class MailSendersService {
  private readonly writer: SettingWriter;

  constructor(
    private readonly senders: MailSendersRepository,
    private readonly keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.writer = new SettingWriter('sender', senders, (organisationId) => snapshots.publishSenders(organisationId));
  }

  /** One page, by name. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<MailSenderList> {
    const record = await this.senders.find(organisationId);
    const { page, ...rest } = pageOfEntries(record?.entries ?? [], { limit: Math.min(limit, LIMITS.pageSize), after });
    return { senders: page.map(presented), ...rest };
  }

  /** Throws MAIL_SENDER_NOT_FOUND. */
  async get(organisationId: string, name: string): Promise<MailSenderResource> {
    const record = await this.senders.find(organisationId);
    const entry = record?.entries.find((one) => one.name === name);
    if (entry === undefined) throw settingNotFound('sender', name);
    return presented(entry);
  }

  /** Stores a sender. Throws INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT, SERVICE_UNAVAILABLE without a master key. */
  async put(
    organisationId: string,
    { name, sender, if_version: version }: MailSenderWrite,
  ): Promise<MailSenderResource> {
    checkFrom(sender);
    const { description } = sender;
    const record = await this.writer.write(organisationId, ({ entries }) => {
      const former = entries.find((entry) => entry.name === name);
      const text = JSON.stringify(this.stored(organisationId, name, sender, former));
      const entry = { name, text, bytes: Buffer.byteLength(text), characters: text.length, description, version };
      return this.wrapped(organisationId, withEntry(entries, entry, QUOTA));
    });
    this.logger.info({ organisationId, sender: name, host: sender.host }, 'Stored a mail sender');
    return presented(record.entries.find((one) => one.name === name) as SettingEntry);
  }

  /** Throws MAIL_SENDER_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, name: string, version?: number): Promise<{ name: string; deleted: true }> {
    await this.writer.write(organisationId, ({ entries, key_id }) => ({
      entries: withoutEntry(entries, { kind: 'sender', name, version }),
      key_id,
    }));
    this.logger.info({ organisationId, sender: name }, 'Deleted a mail sender');
    return { name, deleted: true };
  }

  /**
   * Wraps all passwords by the current master key that another one wraps; returns how many organisations had such. Throws
   * SERVICE_UNAVAILABLE, also when a master key is missing from the file.
   */
  async rewrap(stopping: AbortSignal): Promise<number> {
    const { senders: settings, writer } = this;
    return rewrapAll({ settings, writer, wrapped: (id, entries) => this.wrapped(id, entries) }, this.keyring, stopping);
  }

  private stored(
    organisationId: string,
    name: string,
    { host, port, tls, user, password, from, rate_per_minute }: MailSenderRequest,
    former: SettingEntry | undefined,
  ): StoredMailSender {
    const account = { host, port, tls, user: user ?? null };
    const text =
      password === undefined
        ? keptPassword(account, former)
        : sealed(password, mailSenderContext(organisationId, name), this.keyring);
    return { ...account, password: text, from, rate_per_minute };
  }

  private wrapped(
    organisationId: string,
    entries: readonly SettingEntry[],
  ): { entries: SettingEntry[]; key_id: string | null } {
    let isSealed = false;
    const wrapped = entries.map((entry) => {
      const stored = storedOf(entry);
      if (stored.password === null) return entry;
      isSealed = true;
      const password = wrappedAnew(stored.password, mailSenderContext(organisationId, entry.name), this.keyring);
      return { ...entry, text: JSON.stringify({ ...stored, password }) };
    });
    return { entries: wrapped, key_id: isSealed ? this.keyring.current.id : null };
  }
}

/**
 * The sealed password that stays when none is given. Only for the same account: whoever may change a sender must not be able to have
 * a password that they cannot read sent to a server of their own.
 */
function keptPassword(
  account: Omit<StoredMailSender, 'password' | 'from' | 'rate_per_minute'>,
  former?: SettingEntry,
): string | null {
  if (account.user === null) return null;
  const before = former && storedOf(former);
  const isSame = (['host', 'port', 'tls', 'user'] as const).every((member) => before?.[member] === account[member]);
  if (isSame && before?.password) return before.password;
  const message = 'is required with a user, and again when server, encryption or user change';
  throw invalid('password', message);
}

function checkFrom({ from }: MailSenderRequest): void {
  const mailbox = parseMailbox(from);
  if ('problem' in mailbox) throw invalid('from', mailbox.problem);
}

function invalid(path: string, message: string): AppError {
  return new AppError('INVALID_INPUT', {
    message: `The member "${path}" of the mail sender ${message}`,
    details: { issues: [{ path, message }] },
  });
}

function storedOf({ text }: SettingEntry): StoredMailSender {
  return storedMailSenderSchema.parse(JSON.parse(text));
}

function presented(entry: SettingEntry): MailSenderResource {
  const { password: _, ...account } = storedOf(entry);
  return { ...presentedEntry(entry), ...account };
}
