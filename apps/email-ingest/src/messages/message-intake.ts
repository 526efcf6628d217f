import { Inject, Injectable } from '@nestjs/common';
import { AppError, derivedId, STREAMS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { StartPace } from '@millrace/service-kit/start-pace';
import { requireStarts } from '@millrace/service-kit/starts';
import { startExecution } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { HeldBytes, HeldHeads } from '../imap/held-bytes.js';
import { MessageGoneError, type LargeMessage } from '../imap/large-message.js';
import type { MessageHead } from '../imap/message-head.js';
import { MAIL_LIMITS } from '../limits.js';
import { digest, type Mailbox } from '../mailboxes/mailbox.js';
import { MailboxDirectory } from '../mailboxes/mailbox-directory.js';
import { MessageParser, type ReadMessage } from '../parsing/message-parser.js';
import { ReducedMessage } from '../parsing/reduced-message.js';
import { UnreadableMessageError } from '../parsing/unreadable-message.error.js';
import { withFiles, type MessageWithFiles } from './attached-files.js';
import { decidedByHead, type DecidedByHead } from './decided-by-head.js';
import type { IngestedMessageRecord } from './ingested-message.schema.js';
import type { FoundPlace, Outcome } from './ingested-messages.repository.js';
import { failedByAttachment, startedBy } from './matching.js';
import { factsOf } from './message-facts.js';
import { MessageRecords } from './message-records.js';
import { TooEarlyError } from './too-early.error.js';
import { finalRefusal, noTriggerReason, refusalsReason } from './outcome-reasons.js';

/** A message that was found in a mailbox. */
export interface FoundMessage {
  readonly mailbox: Mailbox;
  readonly head: MessageHead;
  readonly at: FoundPlace;
  /** The whole of it; null when it is gone. */
  readonly source: () => Promise<Buffer | null>;
  /** The same, of which parts are fetched. */
  readonly parts: (onProgress?: () => void) => LargeMessage;
  /** Called whenever something comes of the work on it. */
  readonly onProgress?: () => void;
  /** Aborted when its mailbox is given up, or the service ends. */
  readonly signal?: AbortSignal;
}

/**
 * Turns messages into executions. The id of an execution follows from mailbox, message and workflow, and its time from the record
 * of the message, so that a message which is dealt with twice starts nothing twice.
 */
@Injectable()
export class MessageIntake {
  /** For the heads of messages, of which it takes one at a time. */
  readonly heldHeads = new HeldHeads();
  readonly #pace = new StartPace(MAIL_LIMITS.startsPerMinute);

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
   * STORAGE_FULL, QUOTA_EXCEEDED, ORGANISATION_SUSPENDED, STARTS_PAUSED, ImapFailure, NoRoomError, TooEarlyError, UnreadableMessageError that is not final, the reason of an aborted signal.
   */
  async take(found: FoundMessage): Promise<void> {
    const { mailbox, head, at } = found;
    const record = await this.messages.claim(mailbox, factsOf(head), at);
    if (record.verdict === 'pending') await this.messages.settle(mailbox, record, await this.#outcome(found, record));
  }

  /** Notes that a message cannot be read from its mailbox; one of which nothing is known is known by its place there. */
  async pass(mailbox: Mailbox, at: FoundPlace, head: MessageHead | null, reason: string): Promise<void> {
    const { numbering, uid } = at.place;
    const unknown = { key: digest(`${numbering}/${uid}`), message_id: null, sender: null, subject: null };
    const record = await this.messages.claim(mailbox, head === null ? unknown : factsOf(head), at);
    if (record.verdict === 'pending') await this.messages.settle(mailbox, record, { verdict: 'unreadable', reason });
  }

  async #outcome(found: FoundMessage, record: IngestedMessageRecord): Promise<Outcome> {
    const { mailbox, head } = found;
    const triggers = await this.directory.triggers(mailbox.organisationId);
    const decided = await decidedByHead(head, triggers, mailbox.organisationId);
    if (decided.settled !== null) return decided.settled;
    // It is not read again and again for a start that would be refused.
    await requireStarts(this.bus.snapshots);
    if (!this.#pace.take(mailbox.organisationId, decided.candidates.length, Date.now())) throw new TooEarlyError();
    const release = await this.held.take(mailbox.organisationId, heldOf(head), found.signal);
    try {
      return await this.#start(found, record, decided, await this.#read(found));
    } catch (error) {
      if (error instanceof MessageGoneError) return { verdict: 'expunged' };
      if (error instanceof UnreadableMessageError && error.isFinal)
        return { verdict: 'unreadable', reason: error.message };
      throw error;
    } finally {
      release();
    }
  }

  /** Throws UnreadableMessageError, MessageGoneError and ImapFailure. */
  async #read({ mailbox: { organisationId }, head, source, parts, onProgress }: FoundMessage): Promise<ReadMessage> {
    if (isHeld(head)) {
      const bytes = await source();
      if (bytes === null) throw new MessageGoneError();
      return this.parser.parse(organisationId, bytes);
    }
    const reduced = await ReducedMessage.of(parts(onProgress));
    return reduced.restored(await this.parser.parse(organisationId, reduced.source));
  }

  async #start(
    found: FoundMessage,
    record: IngestedMessageRecord,
    { candidates, failed }: DecidedByHead,
    read: ReadMessage,
  ): Promise<Outcome> {
    const { mailbox } = found;
    const hasAttachment = read.message.attachments.length > 0;
    const chosen = startedBy(candidates, hasAttachment);
    if (chosen.length === 0)
      return {
        verdict: 'no_trigger',
        reason: noTriggerReason([...failedByAttachment(candidates, hasAttachment), ...failed]),
      };
    const executionIds: string[] = [];
    const refusals: string[] = [];
    for (const workflowId of chosen) {
      const parts = [mailbox.organisationId, 'email', mailbox.id, record.former_key ?? record.key, workflowId] as const;
      const id = derivedId('execution', record.seen_at.getTime(), parts);
      try {
        // An id starts nothing twice for `startOnceMs`; a message may wait longer than that for its other workflows.
        if (!record.execution_ids.includes(id)) {
          await this.#startOne(found, record, read, { workflowId, id });
          await this.messages.noteStarted(record, id);
        }
        executionIds.push(id);
      } catch (error) {
        const refusal = finalRefusal(workflowId, error);
        if (refusal === null) throw error;
        refusals.push(refusal);
      }
    }
    const verdict = executionIds.length > 0 ? 'started' : 'refused';
    return { verdict, reason: refusalsReason(refusals), executionIds };
  }

  async #startOne(
    { mailbox, head, onProgress }: FoundMessage,
    record: IngestedMessageRecord,
    read: ReadMessage,
    { workflowId, id }: { readonly workflowId: string; readonly id: string },
  ): Promise<void> {
    const owner = { organisationId: mailbox.organisationId, executionId: id };
    const progress = onProgress === undefined ? {} : { onBytes: onProgress };
    const stores = { files: this.bus.files, quota: this.quota, ...progress };
    let message: MessageWithFiles | undefined;
    await startExecution(this.bus, this.quota, {
      trigger: { type: 'email', mailbox_id: mailbox.id, message_id: head.messageId ?? record._id },
      workflow: { organisation_id: mailbox.organisationId, workflow_id: workflowId },
      // Its attachments are there before it is started, and are stored for no start that is refused.
      choose: async () => {
        const { room } = this.bus;
        // `require` would use up the attempt by which the start finds out whether NATS stores again.
        if (!room.accepts(STREAMS.runs)) throw room.refusal ?? new AppError('SERVICE_UNAVAILABLE');
        message = await withFiles(read, owner, stores);
        return { id, acceptedAt: record.seen_at.toISOString() };
      },
      input: () => message,
      id,
    });
  }
}

/** Whether a message is held as a whole while it is read. */
function isHeld({ size }: MessageHead): boolean {
  return size <= MAIL_LIMITS.messageBytes;
}

/** Bytes that a message takes: a piece of it is there before it is known that there is too much. */
function heldOf(head: MessageHead): number {
  return isHeld(head) ? Math.max(head.size, MAIL_LIMITS.pieceBytes) : MAIL_LIMITS.reducedBytes + MAIL_LIMITS.pieceBytes;
}
