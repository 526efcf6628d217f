import { Inject, Injectable } from '@nestjs/common';
import { AppError, derivedId, STREAMS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { requireStarts } from '@millrace/service-kit/starts';
import { startExecution } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { HeldBytes } from '../imap/held-bytes.js';
import type { MessageHead } from '../imap/message-head.js';
import { MAIL_LIMITS } from '../limits.js';
import { digest, type Mailbox } from '../mailboxes/mailbox.js';
import { MailboxDirectory } from '../mailboxes/mailbox-directory.js';
import { MessageParser, UnreadableMessageError, type ReadMessage } from '../parsing/message-parser.js';
import { withFiles, type MessageWithFiles } from './attached-files.js';
import { automaticKind } from './automatic-mail.js';
import type { IngestedMessageRecord } from './ingested-message.schema.js';
import type { MessageFacts, Outcome } from './ingested-messages.repository.js';
import { candidatesFor, starts, type Candidate } from './matching.js';
import { MessageRecords } from './message-records.js';

/** Characters of sender and subject that are kept to be shown. */
const SHOWN_CHARACTERS = 300;

/** A message that was found in a mailbox. */
export interface FoundMessage {
  readonly mailbox: Mailbox;
  readonly head: MessageHead;
  /** The whole of it; null when it is gone. */
  readonly source: () => Promise<Buffer | null>;
}

/**
 * Turns messages into executions. The id of an execution follows from mailbox, message and workflow, and its time from the record
 * of the message, so that a message which is dealt with twice starts nothing twice.
 */
@Injectable()
export class MessageIntake {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly quota: StorageQuota,
    private readonly directory: MailboxDirectory,
    private readonly messages: MessageRecords,
    private readonly held: HeldBytes,
    private readonly parser: MessageParser,
  ) {}

  /**
   * Deals with a message; when it resolves, that need not be done again. Throws what may go better later: SERVICE_UNAVAILABLE,
   * STORAGE_FULL, QUOTA_EXCEEDED, ORGANISATION_SUSPENDED, STARTS_PAUSED, ImapFailure.
   */
  async take(found: FoundMessage): Promise<void> {
    const { mailbox, head } = found;
    const record = await this.messages.claim(mailbox, factsOf(head));
    if (record.verdict === 'pending') await this.messages.settle(mailbox, record, await this.#outcome(found, record));
  }

  /** Notes that a message cannot be read from its mailbox; one of which nothing is known is known by its place there. */
  async pass(mailbox: Mailbox, message: MessageHead | string, reason: string): Promise<void> {
    const unknown = { message_id: null, sender: null, subject: null };
    const facts = typeof message === 'string' ? { ...unknown, key: digest(message) } : factsOf(message);
    const record = await this.messages.claim(mailbox, facts);
    if (record.verdict === 'pending') await this.messages.settle(mailbox, record, { verdict: 'unreadable', reason });
  }

  async #outcome(found: FoundMessage, record: IngestedMessageRecord): Promise<Outcome> {
    const { mailbox, head } = found;
    const automatic = automaticKind(head.fields, head.from);
    const triggers = await this.directory.triggers(mailbox.organisationId);
    const { candidates, onlyAutomatic } = candidatesFor(head, automatic, triggers);
    if (onlyAutomatic) return { verdict: 'automatic', reason: automatic };
    if (candidates.length === 0) return { verdict: 'no_trigger' };
    if (head.size > MAIL_LIMITS.messageBytes)
      return {
        verdict: 'too_large',
        reason: `It has ${head.size} bytes, and at most ${MAIL_LIMITS.messageBytes} are read`,
      };
    // It is not read again and again for a start that would be refused.
    await requireStarts(this.bus.snapshots);
    // A piece of it is there before it is known that there is too much.
    const bytes = Math.max(head.size, MAIL_LIMITS.pieceBytes);
    const release = await this.held.take(mailbox.organisationId, bytes);
    try {
      const parsed = await this.#parsed(found);
      if (parsed === null) return { verdict: 'expunged' };
      if (typeof parsed === 'string') return { verdict: 'unreadable', reason: parsed };
      return await this.#start(found, record, candidates, parsed);
    } finally {
      release();
    }
  }

  /** The message; what makes it unreadable; or null when it is gone. */
  async #parsed({ mailbox, source }: FoundMessage): Promise<ReadMessage | string | null> {
    try {
      const bytes = await source();
      return bytes && (await this.parser.parse(mailbox.organisationId, bytes));
    } catch (error) {
      if (error instanceof UnreadableMessageError) return error.message;
      throw error;
    }
  }

  async #start(
    { mailbox, head }: FoundMessage,
    record: IngestedMessageRecord,
    candidates: readonly Candidate[],
    read: ReadMessage,
  ): Promise<Outcome> {
    const chosen = candidates.filter((candidate) => starts(candidate, read.message.attachments.length > 0));
    if (chosen.length === 0) return { verdict: 'no_trigger' };
    const executionIds: string[] = [];
    const refusals = new Set<string>();
    for (const { workflowId } of chosen) {
      const parts = [mailbox.organisationId, 'email', mailbox.id, record.key, workflowId] as const;
      const id = derivedId('execution', record.seen_at.getTime(), parts);
      try {
        // An id starts nothing twice for `startOnceMs`; a message may wait longer than that for its other workflows.
        if (!record.execution_ids.includes(id)) {
          const owner = { organisationId: mailbox.organisationId, executionId: id };
          let message: MessageWithFiles | undefined;
          await startExecution(this.bus, this.quota, {
            trigger: { type: 'email', mailbox_id: mailbox.id, message_id: head.messageId ?? record._id },
            workflow: { organisation_id: mailbox.organisationId, workflow_id: workflowId },
            // Its attachments are there before it is started, and are stored for no start that is refused.
            choose: async () => {
              const { room } = this.bus;
              // `require` would use up the attempt by which the start finds out whether NATS stores again.
              if (!room.accepts(STREAMS.runs)) throw room.refusal ?? new AppError('SERVICE_UNAVAILABLE');
              message = await withFiles(read, owner, this.bus.files, this.quota);
              return { id, acceptedAt: record.seen_at.toISOString() };
            },
            input: () => message,
            id,
          });
          await this.messages.noteStarted(record, id);
        }
        executionIds.push(id);
      } catch (error) {
        if (!(error instanceof AppError) || !FINAL_REFUSALS.has(error.code)) throw error;
        refusals.add(`${workflowId}: ${error.code}`);
      }
    }
    const reason = refusals.size === 0 ? null : [...refusals].slice(0, 5).join(', ');
    return { verdict: executionIds.length > 0 ? 'started' : 'refused', reason, executionIds };
  }
}

/** Refusals of a start that are about the workflow as its owner has it. All others may pass, and the message waits for that. */
const FINAL_REFUSALS: ReadonlySet<string> = new Set([
  'WORKFLOW_NOT_FOUND',
  'WORKFLOW_PAUSED',
  'WORKFLOW_NOT_ACTIVE',
  'VERSION_NOT_FOUND',
]);

/**
 * What a message is known by in its mailbox, wherever it lies: a Message-ID alone may be that of several. One that has none is
 * told from others by its size too.
 */
function messageKey({ messageId, date, from, subject, size }: MessageHead): string {
  return digest(JSON.stringify([messageId ?? size, date, from, subject]));
}

function factsOf(head: MessageHead): MessageFacts {
  return {
    key: messageKey(head),
    message_id: shown(head.messageId),
    sender: shown(head.from),
    subject: shown(head.subject),
  };
}

function shown(text: string | null): string | null {
  return text === null ? null : text.slice(0, SHOWN_CHARACTERS);
}
