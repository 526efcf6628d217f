import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  changedAccount,
  LIMITS,
  moveFolderOf,
  type MailboxTest,
  type MailboxTestBody,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { rateLimitExceeded, type RateLimiter } from '@millrace/service-kit/rate-limits';
import { CONFIG, type EmailIngestConfig } from '../config.js';
import { ImapConnection } from '../imap/imap-connection.js';
import type { OpenAccount } from '../imap/open-account.js';
import { decidedByHead } from '../messages/decided-by-head.js';
import { Foretelling } from '../messages/foretold.js';
import { dependsOnAttachments } from '../messages/matching.js';
import { RATE_LIMITER } from '../rate-limits.tokens.js';
import { AskedAttachments } from './asked-attachments.js';
import type { Mailbox } from './mailbox.js';
import { MailboxDirectory } from './mailbox-directory.js';
import { problemOf } from './mailbox-problem.js';

/** Characters of sender, subject and id that are shown. */
const SHOWN_CHARACTERS = 300;

type Found = Pick<MailboxTest, 'folder' | 'move_folder' | 'messages'>;

/** Tries accounts of mailboxes. Nothing is changed on their servers, or started, and whoever watches them notices nothing. */
@Injectable()
export class MailboxTests {
  constructor(
    @Inject(CONFIG) private readonly config: EmailIngestConfig,
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter<'mailbox_tests'>,
    private readonly directory: MailboxDirectory,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /**
   * Connects with what is stored, and `changes` in its place. What is wrong with the account is no error. Throws MAILBOX_NOT_FOUND, INVALID_INPUT
   * when the stored secret would go to another server, RATE_LIMIT_EXCEEDED, SERVICE_UNAVAILABLE.
   */
  async run(organisationId: string, mailboxId: string, changes: MailboxTestBody): Promise<MailboxTest> {
    const mailbox = await this.directory.find(organisationId, mailboxId);
    if (mailbox === null) throw new AppError('MAILBOX_NOT_FOUND', { details: { mailbox_id: mailboxId } });
    const account = changedAccount(mailbox.account, changes, changes.imap?.auth?.secret);
    const state = await this.limiter.count('mailbox_tests', organisationId);
    if (state.exceeded) throw rateLimitExceeded(state);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), LIMITS.mailboxTestMs);
    // What was found before something went wrong.
    const found: Found = { folder: null, move_folder: null, messages: [] };
    try {
      await this.#look({ ...mailbox, account }, changes.imap?.auth?.secret, found, deadline.signal);
      return { ok: true, problem: null, ...found };
    } catch (error) {
      const problem = problemOf(error, deadline.signal.aborted);
      if (problem === null) throw error;
      return { ok: false, problem, ...found };
    } finally {
      clearTimeout(timer);
    }
  }

  async #look(mailbox: Mailbox, secret: string | undefined, found: Found, stopping: AbortSignal): Promise<void> {
    const opened = this.#opened(mailbox, secret);
    const { imap } = mailbox.account;
    const connection = await ImapConnection.open(opened, this.config.MILLRACE_HTTP_ALLOWED_HOSTS, stopping);
    const close = (): void => connection.close();
    stopping.addEventListener('abort', close);
    try {
      const moveFolder = moveFolderOf(mailbox.account);
      if (moveFolder !== null) {
        const messages = await connection.messagesIn(moveFolder);
        found.move_folder = messages === null ? null : { name: moveFolder, messages };
      }
      const { messages } = await connection.openFolder(imap.folder, true);
      found.folder = { name: imap.folder, messages };
      if (moveFolder !== null) connection.requireMove(moveFolder);
      if (messages > 0) await this.#lookAtNewest(connection, mailbox.organisationId, messages, found.messages);
    } finally {
      stopping.removeEventListener('abort', close);
      connection.close();
    }
  }

  /** A secret that was given is tried as it is; without one the stored secret is opened. */
  #opened(mailbox: Mailbox, secret: string | undefined): OpenAccount {
    const { organisationId, account } = mailbox;
    return secret === undefined ? this.directory.opened(mailbox) : { organisationId, account, secret };
  }

  /** Adds what would become of each of the newest messages to what is `shown`. */
  async #lookAtNewest(
    connection: ImapConnection,
    organisationId: string,
    messages: number,
    shown: MailboxTest['messages'],
  ): Promise<void> {
    const triggers = await this.directory.triggers(organisationId);
    const attachments = new AskedAttachments(connection);
    const foretelling = new Foretelling(this.bus, organisationId);
    for (const head of await connection.newestHeads(messages, LIMITS.mailboxTestMessages)) {
      const decided = await decidedByHead(head, triggers, organisationId);
      const { automatic, candidates } = decided;
      const attached = dependsOnAttachments(candidates) ? await attachments.of(head.uid) : null;
      const { verdict, reason, workflowIds } = await foretelling.of(decided, attached);
      shown.push({
        message_id: head.messageId?.slice(0, SHOWN_CHARACTERS) ?? null,
        sender: head.from?.slice(0, SHOWN_CHARACTERS) ?? null,
        subject: head.subject.slice(0, SHOWN_CHARACTERS),
        arrived_at: head.arrivedAt?.toISOString() ?? null,
        automatic: automatic !== null,
        automatic_kind: automatic,
        has_attachment: attached,
        verdict,
        reason,
        workflow_ids: workflowIds,
      });
    }
  }
}
