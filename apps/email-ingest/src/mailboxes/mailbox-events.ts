import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Logger } from '@millrace/service-kit/logging';
import type { MailboxCursorRecord, ToldHealth } from './mailbox-cursor.schema.js';
import { LeaseLostError, MailboxCursorsRepository, type Lease } from './mailbox-cursors.repository.js';

/**
 * Tells subscribers when a mailbox is not well for long, and when it is again. What is to be told is noted first, under the lease, so that
 * whoever has the lease next tells it, as the same event. A failure to tell must not keep a mailbox from being watched.
 */
@Injectable()
export class MailboxEvents {
  constructor(
    private readonly cursors: MailboxCursorsRepository,
    private readonly teller: EventTeller,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** May be called at each failure: it is told once. Throws LeaseLostError. */
  async unhealthy(lease: Lease, cursor: Pick<MailboxCursorRecord, 'told_health'>, error: string): Promise<void> {
    await this.#tell(lease, cursor, 'mailbox.unhealthy', { error });
  }

  /** May be called at each success. Returns whether nothing is left to be told. Throws LeaseLostError. */
  async healthy(lease: Lease, cursor: Pick<MailboxCursorRecord, 'told_health'>): Promise<boolean> {
    if (cursor.told_health === undefined) return true;
    return this.#tell(lease, cursor, 'mailbox.recovered', {});
  }

  async #tell(
    lease: Lease,
    { told_health: last }: Pick<MailboxCursorRecord, 'told_health'>,
    event: ToldHealth['event'],
    details: object,
  ): Promise<boolean> {
    const { id: mailbox_id, organisationId, account } = lease.mailbox;
    try {
      const due = last?.event === event ? last : { event, at: new Date(), told: false };
      if (due.told) return true;
      if (due !== last) await this.cursors.write(lease, { told_health: due });
      await this.teller.tell({
        organisationId,
        type: event,
        at: due.at.toISOString(),
        workflowId: null,
        source: [mailbox_id],
        data: { mailbox_id, address: account.address, ...details },
      });
      await this.cursors.write(lease, { told_health: { ...due, told: true } });
      return true;
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      this.logger.warn({ err: error, mailbox: mailbox_id }, 'Subscribers are told later how a mailbox does');
      return false;
    }
  }
}
