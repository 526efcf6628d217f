import { Inject, Injectable } from '@nestjs/common';
import { GetMailboxHealth, type MailboxHealth, type MailboxResource, type StoredMailbox } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';

const NOT_LOOKED_AT: MailboxHealth = {
  state: 'starting',
  connected: false,
  last_poll_at: null,
  last_message_at: null,
  lag_seconds: null,
  error: null,
};

const UNKNOWN: MailboxHealth = {
  ...NOT_LOOKED_AT,
  state: 'unknown',
  error: 'The service that watches mailboxes (email-ingest) does not respond',
};

/** Asks `email-ingest` how mailboxes are doing. An account can be read and changed while that service is away. */
@Injectable()
export class MailboxHealthReader {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The mailboxes with their health. */
  async of(organisationId: string, mailboxes: readonly StoredMailbox[], requestId: string): Promise<MailboxResource[]> {
    if (mailboxes.length === 0) return [];
    const question = { organisation_id: organisationId, mailbox_ids: mailboxes.map(({ id }) => id) };
    try {
      const { health } = await this.bus.request(GetMailboxHealth, question, { requestId });
      return mailboxes.map((mailbox) => ({ ...mailbox, health: health[mailbox.id] ?? NOT_LOOKED_AT }));
    } catch (error) {
      this.logger.warn({ err: error, requestId }, 'The health of mailboxes is not known');
      return mailboxes.map((mailbox) => ({ ...mailbox, health: UNKNOWN }));
    }
  }

  /** One mailbox with its health. */
  async ofOne(organisationId: string, mailbox: StoredMailbox, requestId: string): Promise<MailboxResource> {
    const [resource] = await this.of(organisationId, [mailbox], requestId);
    return resource ?? { ...mailbox, health: UNKNOWN };
  }
}
