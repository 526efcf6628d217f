import type { ImapConnection, OpenFolder } from '../imap/imap-connection.js';
import type { MessageHead } from '../imap/message-head.js';
import { MAIL_LIMITS } from '../limits.js';
import type { MessageIntake } from '../messages/message-intake.js';
import { folderKey } from './mailbox.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import type { CursorChanges, Lease, MailboxCursorsRepository } from './mailbox-cursors.repository.js';

/** What a look at a folder works with. */
export interface SyncNeeds {
  readonly cursors: Pick<MailboxCursorsRepository, 'write'>;
  readonly intake: Pick<MessageIntake, 'take'>;
}

/**
 * Deals with what is new in a folder, by UID: whether somebody has read a message is of no account. The position moves behind a message
 * only when what it starts is durable.
 */
export class FolderSync {
  #cursor: MailboxCursorRecord;

  constructor(
    private readonly needs: SyncNeeds,
    private readonly lease: Lease,
    cursor: MailboxCursorRecord,
  ) {
    this.#cursor = cursor;
  }

  /** One look. Throws ImapFailure, LeaseLostError, and what {@link MessageIntake.take} throws. */
  async look(connection: ImapConnection, stopping: AbortSignal): Promise<void> {
    const { account } = this.lease.mailbox;
    const folder = await connection.openFolder(account.imap.folder, account.after === 'keep');
    await this.#findPosition(connection, folder);
    const uids = folder.messages === 0 ? [] : await connection.uidsAbove(this.#cursor.last_uid);
    for (let from = 0; from < uids.length; from += MAIL_LIMITS.window) {
      const window = uids.slice(from, from + MAIL_LIMITS.window);
      const heads = await connection.heads(window);
      for (const uid of window) {
        if (stopping.aborted) return;
        // One that is gone meanwhile can start nothing.
        const dealtWith = await this.#deal(connection, heads.get(uid));
        await this.#write({
          last_uid: uid,
          last_poll_at: new Date(),
          ...(dealtWith ? { last_message_at: new Date() } : {}),
        });
      }
    }
    await this.#write({ last_poll_at: new Date(), error: null });
  }

  async #deal(connection: ImapConnection, head: MessageHead | undefined): Promise<boolean> {
    if (head === undefined || this.#wasDealtWith(head)) return false;
    const { mailbox } = this.lease;
    await this.needs.intake.take({ mailbox, head, source: () => connection.source(head.uid, head.size) });
    if (mailbox.account.after === 'seen') await connection.markSeen(head.uid);
    return true;
  }

  /**
   * Of messages that have new UIDs: those from before the mailbox was connected, and those that came too long ago to be known by
   * anything else. All others are recognised by their records.
   */
  #wasDealtWith({ uid, arrivedAt }: MessageHead): boolean {
    const { repeated_until, began_after } = this.#cursor;
    if (uid > repeated_until || arrivedAt === null) return false;
    const isBefore = began_after !== null && arrivedAt <= began_after;
    return isBefore || arrivedAt.getTime() < Date.now() - MAIL_LIMITS.knownMs;
  }

  /** Where to begin in a folder that is new, or whose UIDs are. */
  async #findPosition(connection: ImapConnection, { uidValidity, uidNext, messages }: OpenFolder): Promise<void> {
    const { account } = this.lease.mailbox;
    const folder = folderKey(account);
    if (this.#cursor.folder !== folder || this.#cursor.uid_validity === null) {
      const begun = { folder, uid_validity: uidValidity, repeated_until: 0 };
      if (account.since === 'all') return this.#write({ ...begun, last_uid: 0, began_after: null });
      const newest = messages === 0 ? null : await connection.newest();
      const last_uid = Math.max(uidNext - 1, newest?.uid ?? 0);
      return this.#write({ ...begun, last_uid, began_after: newest?.arrivedAt ?? new Date(0) });
    }
    if (this.#cursor.uid_validity === uidValidity) return;
    const newest = messages === 0 ? null : await connection.newest();
    const repeated_until = Math.max(uidNext - 1, newest?.uid ?? 0);
    await this.#write({ uid_validity: uidValidity, last_uid: 0, repeated_until });
  }

  async #write(changes: CursorChanges): Promise<void> {
    await this.needs.cursors.write(this.lease, changes);
    this.#cursor = { ...this.#cursor, ...changes };
  }
}
