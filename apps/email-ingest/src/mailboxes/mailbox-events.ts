import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Logger } from '@millrace/service-kit/logging';
import type { MailboxCursorRecord, ToldHealth } from './mailbox-cursor.schema.js';
import type { Mailbox } from './mailbox.js';
import { LeaseLostError, MailboxCursorsRepository, type Lease } from './mailbox-cursors.repository.js';

type Known = Pick<MailboxCursorRecord, 'told_health'>;

/**
 * Notifies subscribers when a mailbox is not well for long, and when it is again. What is to be announced is noted first, under the lease, so that
 * whoever has the lease next announces it, as the same event. A failure to announce must not keep a mailbox from being watched.
 */
@Injectable()
export class MailboxEvents {
  constructor(
    private readonly cursors: MailboxCursorsRepository,
    private readonly teller: EventTeller,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** May be called at each failure: it is announced once. Throws LeaseLostError. */
  async unhealthy(lease: Lease, cursor: Known, error: string): Promise<void> {
    await this.#tell(lease, cursor, { event: 'mailbox.unhealthy', error });
  }

  /** May be called at each success. Returns whether nothing is left to be announced. Throws LeaseLostError. */
  async healthy(lease: Lease, cursor: Known): Promise<boolean> {
    if (cursor.told_health === undefined) return true;
    return this.#tell(lease, cursor, { event: 'mailbox.recovered' });
  }

  /** Announces, once, that a mailbox is not looked at by anybody. Throws SERVICE_UNAVAILABLE: it is announced later then. */
  async silent(mailbox: Mailbox, record: MailboxCursorRecord, error: string): Promise<void> {
    const last = record.told_health;
    if (last !== undefined && !last.told) {
      await this.#publish(mailbox, last);
      await this.cursors.markTold(record, last);
    }
    if (last?.event === 'mailbox.unhealthy') return;
    const due = { event: 'mailbox.unhealthy', at: new Date(), told: false, error } as const;
    if (!(await this.cursors.noteUnheld(record, due))) return;
    await this.#publish(mailbox, due);
    await this.cursors.markTold(record, due);
  }

  async #tell(lease: Lease, { told_health: known }: Known, news: Pick<ToldHealth, 'event' | 'error'>) {
    if (known?.event === news.event && known.told) return true;
    try {
      // The caller's record may be from before the last attempt: by it the same news would be another event.
      const last = await this.#last(lease);
      if (last !== undefined && !last.told) await this.#send(lease, last);
      if (last?.event === news.event) return true;
      const due = { ...news, at: new Date(), told: false };
      await this.cursors.write(lease, { told_health: due });
      await this.#send(lease, due);
      return true;
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      this.logger.warn(
        { err: error, mailbox: lease.mailbox.id },
        'Subscribers are notified later of how a mailbox does',
      );
      return false;
    }
  }

  async #last({ mailbox }: Lease): Promise<ToldHealth | undefined> {
    return (await this.cursors.find(mailbox.organisationId, [mailbox.id]))[0]?.told_health;
  }

  async #send(lease: Lease, due: ToldHealth): Promise<void> {
    await this.#publish(lease.mailbox, due);
    await this.cursors.write(lease, { told_health: { ...due, told: true } });
  }

  async #publish({ id: mailbox_id, organisationId, account }: Mailbox, due: ToldHealth): Promise<void> {
    await this.teller.tellSoon({
      organisationId,
      type: due.event,
      at: due.at.toISOString(),
      workflowId: null,
      source: [mailbox_id],
      data: {
        mailbox_id,
        address: account.address,
        ...(due.event === 'mailbox.unhealthy' ? { error: due.error ?? '' } : {}),
      },
    });
  }
}
