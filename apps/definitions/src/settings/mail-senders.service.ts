import { createPrivateKey } from 'node:crypto';
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
import { Keyring } from '@millrace/service-kit/sealing';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { presentedEntry, type SettingQuota } from './setting-entries.js';
import { SettingStore } from './setting-store.js';
import { MailSendersRepository } from './settings.repository.js';
import type { SettingEntry } from './settings.schema.js';

const QUOTA: SettingQuota = {
  kind: 'sender',
  count: LIMITS.mailSendersPerOrganisation,
  bytes: LIMITS.mailSenderBytesPerOrganisation,
};

/** RFC 8301: receivers take a signature by less for none. */
const LEAST_DKIM_BITS = 1_024;

type DkimRequest = NonNullable<MailSenderRequest['dkim']>;

/** What is asked for with a mail sender. */
export interface MailSenderWrite {
  readonly name: string;
  readonly sender: MailSenderRequest;
  readonly if_version?: number | undefined;
}

/** Mail senders of organisations. Their passwords and keys are sealed when they come in, and never opened here again. */
@Injectable()
export class MailSendersService {
  readonly #store: SettingStore;

  constructor(
    senders: MailSendersRepository,
    keyring: Keyring,
    snapshots: SettingSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#store = new SettingStore(senders, {
      quota: QUOTA,
      publish: (organisationId) => snapshots.publish(senders, organisationId),
      sealedPart: {
        keyring,
        context: mailSenderContext,
        rewrapped: (text, anew) => {
          const stored = storedOf(text);
          const { password, dkim } = stored;
          if (password === null && dkim === undefined) return null;
          return JSON.stringify({
            ...stored,
            password: password === null ? null : anew(password),
            ...(dkim === undefined ? {} : { dkim: { ...dkim, private_key: anew(dkim.private_key) } }),
          });
        },
      },
    });
  }

  /** One page, by name. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<MailSenderList> {
    const { page, ...rest } = await this.#store.page(organisationId, limit, after);
    return { senders: page.map(presented), ...rest };
  }

  /** Throws MAIL_SENDER_NOT_FOUND. */
  async get(organisationId: string, name: string): Promise<MailSenderResource> {
    return presented(await this.#store.get(organisationId, name));
  }

  /** Stores a sender. Throws INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT, SERVICE_UNAVAILABLE without a master key. */
  async put(
    organisationId: string,
    { name, sender, if_version: version }: MailSenderWrite,
  ): Promise<MailSenderResource> {
    checkFrom(sender);
    checkDkimKey(sender);
    const { description } = sender;
    const entry = await this.#store.put(organisationId, { name, description, version }, (entries) => {
      const former = entries.find((one) => one.name === name);
      return { text: JSON.stringify(this.#stored(organisationId, name, sender, former)) };
    });
    this.logger.info({ organisationId, sender: name, host: sender.host }, 'Stored a mail sender');
    return presented(entry);
  }

  /** Throws MAIL_SENDER_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, name: string, version?: number): Promise<{ name: string; deleted: true }> {
    await this.#store.delete(organisationId, name, version);
    this.logger.info({ organisationId, sender: name }, 'Deleted a mail sender');
    return { name, deleted: true };
  }

  /** See {@link SettingStore.rewrap}. */
  rewrap(stopping: AbortSignal): Promise<number> {
    return this.#store.rewrap(stopping);
  }

  #stored(
    organisationId: string,
    name: string,
    { host, port, tls, user, password, from, rate_per_minute, dkim }: MailSenderRequest,
    former: SettingEntry | undefined,
  ): StoredMailSender {
    const account = { host, port, tls, user: user ?? null };
    const sealed =
      password === undefined ? keptPassword(account, former) : this.#store.sealed(organisationId, name, password);
    const key = dkim && {
      domain: dkim.domain,
      selector: dkim.selector,
      private_key:
        dkim.private_key === undefined
          ? keptKey(dkim, former)
          : this.#store.sealed(organisationId, name, dkim.private_key),
    };
    return { ...account, password: sealed, from, rate_per_minute, ...(key && { dkim: key }) };
  }
}

/**
 * The sealed password that stays when none is given. Only for the same account: whoever may change a sender must not be able to have
 * a password that they cannot read sent to a server of their own.
 */
function keptPassword(
  account: Pick<StoredMailSender, 'host' | 'port' | 'tls' | 'user'>,
  former?: SettingEntry,
): string | null {
  if (account.user === null) return null;
  const before = former && storedOf(former.text);
  const isSame = (['host', 'port', 'tls', 'user'] as const).every((member) => before?.[member] === account[member]);
  if (isSame && before?.password) return before.password;
  const message = 'is required with a user, and again when server, encryption or user change';
  throw invalid('password', message);
}

/** The sealed key that stays when none is given. */
function keptKey({ domain, selector }: DkimRequest, former?: SettingEntry): string {
  const before = former && storedOf(former.text).dkim;
  if (before?.domain === domain && before.selector === selector) return before.private_key;
  throw invalid('dkim.private_key', 'is required with a new key, and again when domain or selector change');
}

/** Signatures of other kinds are checked by few receivers. */
function checkDkimKey({ dkim }: MailSenderRequest): void {
  if (dkim?.private_key === undefined) return;
  let bits = 0;
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(dkim.private_key);
    if (type === 'rsa') bits = details?.modulusLength ?? 0;
  } catch {
    // What it says of the key would be in a response.
  }
  if (bits < LEAST_DKIM_BITS)
    throw invalid(
      'dkim.private_key',
      `must be an RSA key of at least ${LEAST_DKIM_BITS} bits as PEM, without a pass phrase`,
    );
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

function storedOf(text: string): StoredMailSender {
  return storedMailSenderSchema.parse(JSON.parse(text));
}

function presented(entry: SettingEntry): MailSenderResource {
  const { password: _, dkim, ...account } = storedOf(entry.text);
  const key = dkim === undefined ? null : { domain: dkim.domain, selector: dkim.selector };
  return { ...presentedEntry(entry), ...account, dkim: key };
}
