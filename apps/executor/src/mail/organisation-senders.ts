import { AppError, mailSenderContext, MailSendersSnapshot, storedMailSenderSchema } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { parseMailbox } from '@millrace/service-kit/mailbox';
import { openSealed, SealBrokenError, type Keyring } from '@millrace/service-kit/sealing';
import { LRUCache } from 'lru-cache';
import { unknownSender } from './installation-senders.js';
import type { MailSender, MailSenders } from './sender.js';

/** Senders that are kept opened in memory. */
const KEPT = 500;

/** The senders of organisations, from their snapshots; without a name, that of the installation. */
export class OrganisationSenders implements MailSenders {
  readonly #opened = new LRUCache<string, MailSender>({ max: KEPT });

  constructor(
    private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly keyring: Keyring,
    private readonly installation: MailSenders,
  ) {}

  async find(organisationId: string, name: string | undefined): Promise<MailSender> {
    if (name === undefined) return this.installation.find(organisationId, name);
    const snapshot = await this.bus.snapshots.get(MailSendersSnapshot, { organisation_id: organisationId });
    const isTheirs = snapshot !== null && snapshot.organisation_id === organisationId;
    const text = isTheirs && Object.hasOwn(snapshot.senders, name) ? snapshot.senders[name] : undefined;
    if (text === undefined) throw unknownSender(name);
    // With the organisation and the name: what belongs to another one must fail here too.
    const key = `${organisationId}/${name}/${text}`;
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const sender = this.#open(organisationId, name, text, key);
    this.#opened.set(key, sender);
    return sender;
  }

  #open(organisationId: string, name: string, text: string, key: string): MailSender {
    const { host, port, tls, user, password, from, rate_per_minute, dkim } = parsed(name, text);
    const open = (part: string): string => this.#openPart(organisationId, name, part);
    const mailbox = parseMailbox(from);
    if ('problem' in mailbox) throw unreadable(name);
    return {
      key,
      label: `"${name}"`,
      organisationId,
      account: { host, port, tls, ...(user === null || password === null ? {} : { user, password: open(password) }) },
      from: mailbox,
      ratePerMinute: rate_per_minute,
      ...(dkim && { dkim: { domain: dkim.domain, selector: dkim.selector, privateKey: open(dkim.private_key) } }),
    };
  }

  #openPart(organisationId: string, name: string, part: string): string {
    try {
      return openSealed(part, mailSenderContext(organisationId, name), this.keyring);
    } catch (error) {
      throw error instanceof SealBrokenError ? unreadable(name, error) : error;
    }
  }
}

function parsed(name: string, text: string) {
  try {
    return storedMailSenderSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, cause?: unknown): AppError {
  return new AppError('SECRET_UNREADABLE', {
    message: `The mail sender "${name}" cannot be opened; store it again`,
    details: { sender_name: name },
    cause,
  });
}
