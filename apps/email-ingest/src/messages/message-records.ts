import { Inject, Injectable } from '@nestjs/common';
import { AppError, shortened, type MailboxVerdict } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { EverySoMany } from '@millrace/service-kit/every-so-many';
import type { Logger } from '@millrace/service-kit/logging';
import { MAIL_LIMITS } from '../limits.js';
import type { Mailbox } from '../mailboxes/mailbox.js';
import { mailMessages } from '../mailboxes/mailboxes.metrics.js';
import type { IngestedMessageRecord } from './ingested-message.schema.js';
import {
  IngestedMessagesRepository,
  type FoundPlace,
  type MessageFacts,
  type Outcome,
} from './ingested-messages.repository.js';
import { RefusalBudget } from './refusal-budget.js';

/** What a message ends with that starts nothing although a trigger may be for it. */
const REFUSED: ReadonlySet<MailboxVerdict> = new Set(['refused', 'too_large', 'unreadable']);
const REASON_CHARACTERS = 500;
/** Mailboxes of which it is known how many of their messages started nothing; beyond, counting begins anew. */
const MOST_MAILBOXES = 10_000;

/** Notes what becomes of messages, and notifies subscribers of those that start nothing for good. */
@Injectable()
export class MessageRecords {
  readonly #budget = new RefusalBudget();
  /** Messages of each mailbox that have started nothing since some were forgotten. */
  readonly #idle = new EverySoMany(MOST_MAILBOXES);

  constructor(
    private readonly messages: IngestedMessagesRepository,
    private readonly teller: EventTeller,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** See {@link IngestedMessagesRepository.claim}. */
  claim({ organisationId, id }: Mailbox, facts: MessageFacts, found: FoundPlace): Promise<IngestedMessageRecord> {
    return this.messages.claim({ organisationId, mailboxId: id }, facts, found);
  }

  /** See {@link IngestedMessagesRepository.noteStarted}. */
  noteStarted(record: IngestedMessageRecord, executionId: string): Promise<void> {
    return this.messages.noteStarted(record, executionId);
  }

  /** Announces first, so that no crash keeps it from subscribers, then notes what became of the message. Throws SERVICE_UNAVAILABLE. */
  async settle(mailbox: Mailbox, record: IngestedMessageRecord, outcome: Outcome): Promise<void> {
    if (REFUSED.has(outcome.verdict)) await this.#tell(mailbox, record, outcome);
    await this.messages.settle(record, outcome);
    mailMessages.inc({ verdict: outcome.verdict });
    if (outcome.verdict !== 'started') await this.#bound(mailbox);
  }

  /** A server may have any number of messages that start nothing, and nobody pays for them: what is kept does not wait until they are old. */
  async #bound({ organisationId, id }: Mailbox): Promise<void> {
    if (!this.#idle.count(id, MAIL_LIMITS.idleMessagesKept / 10)) return;
    try {
      await this.messages.pruneIdle({ organisationId, mailboxId: id }, MAIL_LIMITS.idleMessagesKept);
    } catch (error) {
      // The message has been dealt with; the next ones see to it.
      this.logger.warn({ err: error, mailbox: id }, 'Messages that have started nothing could not be forgotten');
    }
  }

  async #tell(mailbox: Mailbox, record: IngestedMessageRecord, { verdict, reason }: Outcome): Promise<void> {
    const { id: mailbox_id, organisationId, account } = mailbox;
    if (!this.#budget.take(mailbox_id, performance.now())) return;
    const why = reason == null ? null : shortened(reason, REASON_CHARACTERS);
    try {
      await this.teller.tellSoon({
        organisationId,
        type: 'mailbox.message_refused',
        at: record.seen_at.toISOString(),
        workflowId: null,
        source: [mailbox_id, record._id],
        data: { mailbox_id, address: account.address, message_id: record._id, verdict, reason: why },
      });
    } catch (error) {
      // A full store of events must not hold up the messages behind this one.
      if (error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE') throw error;
      this.logger.warn(
        { err: error, mailbox: mailbox_id },
        'Subscribers are not notified of a message that was refused',
      );
    }
  }
}
