import { Inject, Injectable } from '@nestjs/common';
import { emailTriggersOf, mailboxAccountSchema, mailboxContext, MailboxesSnapshot } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { organisationOf } from '@millrace/service-kit/organisations';
import { Keyring, openSealed } from '@millrace/service-kit/sealing';
import { LRUCache } from 'lru-cache';
import type { OpenAccount } from '../imap/open-account.js';
import type { EmailTriggerConfig, WorkflowTriggers } from '../messages/matching.js';
import { digest, settingsOf, type Mailbox } from './mailbox.js';

/** A change of a workflow is acted on within this time; until then an organisation's triggers are not listed for each message anew. */
const TRIGGERS_MS = 1_000;
/** Characters of the triggers that are kept for so long. */
const TRIGGERS_SIZE = 16 * 1024 * 1024;

/** Reads what `definitions` publishes: which mailboxes there are, and which triggers. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class MailboxDirectory {
  readonly #triggers = new LRUCache<string, WorkflowTriggers[]>({ ttl: TRIGGERS_MS, maxSize: TRIGGERS_SIZE });

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly keyring: Keyring,
  ) {}

  /** The mailboxes of all organisations that are not suspended. */
  async mailboxes(): Promise<Mailbox[]> {
    const found: Mailbox[] = [];
    for await (const { value } of this.bus.snapshots.all(MailboxesSnapshot)) {
      const entries = Object.entries(value.mailboxes);
      if (entries.length === 0) continue;
      if ((await organisationOf(this.bus.snapshots, value.organisation_id))?.suspended) continue;
      for (const [id, text] of entries) {
        const mailbox = this.#read(id, value.organisation_id, text);
        if (mailbox !== null) found.push(mailbox);
      }
    }
    return found;
  }

  /** A mailbox of an organisation; null when it has none of this id. */
  async find(organisation_id: string, id: string): Promise<Mailbox | null> {
    const value = await this.bus.snapshots.get(MailboxesSnapshot, { organisation_id });
    const text = value && Object.hasOwn(value.mailboxes, id) ? value.mailboxes[id] : undefined;
    return text === undefined ? null : this.#read(id, organisation_id, text);
  }

  /** The e-mail triggers of an organisation. */
  async triggers(organisationId: string): Promise<WorkflowTriggers[]> {
    const known = this.#triggers.get(organisationId);
    if (known !== undefined) return known;
    const found: WorkflowTriggers[] = [];
    let size = 1;
    for await (const { id, value } of this.bus.snapshots.all(emailTriggersOf(organisationId))) {
      size += value.triggers.length;
      found.push({ workflowId: id, triggers: JSON.parse(value.triggers) as EmailTriggerConfig[] });
    }
    this.#triggers.set(organisationId, found, { size });
    return found;
  }

  /** The account with its secret. Throws SealBrokenError, SERVICE_UNAVAILABLE without its master key. */
  opened({ id, organisationId, account }: Mailbox): OpenAccount {
    const secret = openSealed(account.imap.auth.secret, mailboxContext(organisationId, id), this.keyring);
    return { organisationId, account, secret };
  }

  /** Null for one that only a newer version understands. */
  #read(id: string, organisationId: string, text: string): Mailbox | null {
    const { data: account, error } = mailboxAccountSchema.safeParse(JSON.parse(text));
    if (account !== undefined)
      return { id, organisationId, account, fingerprint: digest(text), settings: settingsOf(account) };
    this.logger.warn({ organisationId, mailbox: id, err: error }, 'A mailbox cannot be read');
    return null;
  }
}
