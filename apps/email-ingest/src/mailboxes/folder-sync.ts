import { idTime, moveFolderOf } from '@millrace/contracts';
import type { HeldHeads } from '../imap/held-bytes.js';
import type { ImapConnection, OpenFolder } from '../imap/imap-connection.js';
import { ImapFailure } from '../imap/imap-failure.error.js';
import { LargeMessage } from '../imap/large-message.js';
import type { MessageHead } from '../imap/message-head.js';
import type { NewMessages } from '../imap/new-messages.js';
import { MAIL_LIMITS } from '../limits.js';
import type { FoundPlace } from '../messages/ingested-messages.repository.js';
import type { MessageIntake } from '../messages/message-intake.js';
import { UnreadableMessageError } from '../parsing/unreadable-message.error.js';
import { folderKey } from './mailbox.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import type { CursorChanges, Lease, MailboxCursorsRepository } from './mailbox-cursors.repository.js';
import type { TroublesomeMessages } from './troublesome-messages.js';

/** Whether an error is about a message, and may be so whenever that one is dealt with. */
function isAbout(error: unknown): error is ImapFailure | UnreadableMessageError {
  return error instanceof UnreadableMessageError || (error instanceof ImapFailure && error.kind === 'message');
}

/** What a look at a folder works with. */
export interface SyncNeeds {
  readonly cursors: Pick<MailboxCursorsRepository, 'write' | 'now'>;
  readonly intake: Pick<MessageIntake, 'take' | 'pass'>;
  readonly heldHeads: Pick<HeldHeads, 'take'>;
}

/**
 * Deals with what is new in a folder, by UID: whether somebody has read a message is of no account. The position moves behind a message
 * only when what it starts is durable.
 */
export class FolderSync {
  #cursor: MailboxCursorRecord;
  #hasMoveFolder = false;

  constructor(
    private readonly needs: SyncNeeds,
    private readonly lease: Lease,
    cursor: MailboxCursorRecord,
    private readonly troublesome: TroublesomeMessages,
  ) {
    this.#cursor = cursor;
  }

  /** One look. Throws ImapFailure, LeaseLostError, NoRoomError, the reason of an aborted signal, and what {@link MessageIntake.take} throws. */
  async look(connection: ImapConnection, stopping: AbortSignal): Promise<void> {
    const { account } = this.lease.mailbox;
    const folder = await connection.openFolder(account.imap.folder, account.after === 'keep');
    await this.#makeMoveFolder(connection);
    await this.#findPosition(connection, folder);
    let hasMore = folder.messages > 0;
    while (hasMore) {
      const found = await connection.newAbove(this.#cursor.last_uid);
      await this.#dealWithAll(connection, found, stopping);
      if (stopping.aborted) return;
      hasMore = found.hasMore;
    }
    await this.#write({ last_poll_at: this.needs.cursors.now(), error: null });
  }

  async #dealWithAll(connection: ImapConnection, { uids, highest }: NewMessages, stopping: AbortSignal): Promise<void> {
    for (let from = 0; from < uids.length;) {
      const window = this.troublesome.windowOf(uids, from);
      const heads = await this.#heldHeads(connection, window, stopping);
      for (const uid of window) {
        if (stopping.aborted) return;
        await this.#deal(connection, this.#placeOf(connection, uid, highest), heads.get(uid), stopping);
      }
      from += window.length;
    }
  }

  /** Before the first message is dealt with: where one cannot be moved, none starts anything until it can. */
  async #makeMoveFolder(connection: ImapConnection): Promise<void> {
    const moveFolder = moveFolderOf(this.lease.mailbox.account);
    if (moveFolder === null || this.#hasMoveFolder) return;
    connection.requireMove(moveFolder);
    await connection.makeFolder(moveFolder);
    this.#hasMoveFolder = true;
  }

  /** As {@link #heads}, once there is room for them. */
  async #heldHeads(
    connection: ImapConnection,
    uids: readonly number[],
    stopping: AbortSignal,
  ): Promise<Map<number, MessageHead | string>> {
    const bytes = uids.length * MAIL_LIMITS.headBytes;
    const release = await this.needs.heldHeads.take(this.lease.mailbox.organisationId, bytes, stopping);
    try {
      return await this.#heads(connection, uids);
    } finally {
      release();
    }
  }

  /** The heads of messages, and instead of one why to pass it. Those that are gone can start nothing, and are missing. */
  async #heads(connection: ImapConnection, uids: readonly number[]): Promise<Map<number, MessageHead | string>> {
    try {
      const heads = await connection.heads(uids);
      const missing = uids.filter((uid) => !heads.has(uid));
      // That a server sends nothing does not say that there is nothing.
      const left = missing.length === 0 ? [] : await connection.present(missing);
      if (left.length === 0) return heads;
      const again = await connection.heads(left);
      for (const [uid, head] of again) heads.set(uid, head);
      if (again.size < left.length)
        throw new ImapFailure('The mail server does not send what it knows of a message', 'message');
      return heads;
    } catch (error) {
      const reason = this.#reasonToPass(uids, error);
      return new Map(uids.map((uid) => [uid, reason]));
    }
  }

  async #deal(
    connection: ImapConnection,
    at: FoundPlace,
    head: MessageHead | string | undefined,
    stopping: AbortSignal,
  ): Promise<void> {
    const { mailbox } = this.lease;
    const { uid } = at.place;
    let dealtWith = false;
    if (typeof head === 'string') {
      await this.needs.intake.pass(mailbox, at, null, head);
    } else if (head !== undefined && !this.#wasDealtWith(head)) {
      await this.#take(connection, at, head, stopping);
      dealtWith = true;
    }
    this.troublesome.forget(uid);
    const now = this.needs.cursors.now();
    await this.#write({ last_uid: uid, last_poll_at: now, ...(dealtWith ? { last_message_at: now } : {}) });
  }

  async #take(connection: ImapConnection, at: FoundPlace, head: MessageHead, signal: AbortSignal): Promise<void> {
    const { mailbox } = this.lease;
    try {
      const source = (): Promise<Buffer | null> => connection.source(head.uid, head.size);
      const parts = (onProgress?: () => void): LargeMessage => new LargeMessage(connection, head, onProgress);
      await this.needs.intake.take({ mailbox, head, at, source, parts, signal });
    } catch (error) {
      await this.needs.intake.pass(mailbox, at, head, this.#reasonToPass([head.uid], error));
    }
    const moveFolder = moveFolderOf(mailbox.account);
    if (connection.isClosed) {
      if (moveFolder === null) return;
      // Behind the position it would never be moved; when it is dealt with again it starts nothing.
      throw new ImapFailure('The connection ended', 'other');
    }
    if (mailbox.account.after === 'seen') await this.#mark(connection, head.uid);
    if (moveFolder !== null) await connection.move(head.uid, moveFolder);
  }

  /** A message at whose mark the server ends the connection again and again stays without it: others wait behind it. */
  async #mark(connection: ImapConnection, uid: number): Promise<void> {
    try {
      await connection.markSeen(uid);
    } catch (error) {
      if (!(error instanceof ImapFailure) || this.troublesome.note([uid], error) === null) throw error;
    }
  }

  /** Of a message that was found when the highest UID in the folder was `beside`. */
  #placeOf(connection: ImapConnection, uid: number, beside: number): FoundPlace {
    const numbering = `${this.#cursor.folder}/${this.#cursor.uid_validity}`;
    return { place: { numbering, uid, beside }, remaining: (uids) => connection.present(uids, { undeleted: true }) };
  }

  /** Throws the error unless it is one that a message has caused often enough. */
  #reasonToPass(uids: readonly number[], error: unknown): string {
    const reason = isAbout(error) ? this.troublesome.note(uids, error) : null;
    if (reason === null) throw error;
    return reason;
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
      const arrivedAt = newest?.arrivedAt ?? new Date(0);
      const earlier = await this.#arrivedSinceSetUp(connection, arrivedAt);
      if (earlier === null) return this.#write({ ...begun, last_uid, began_after: arrivedAt });
      return this.#write({ ...begun, ...earlier, repeated_until: last_uid });
    }
    if (this.#cursor.uid_validity === uidValidity) return;
    const newest = messages === 0 ? null : await connection.newest();
    const repeated_until = Math.max(uidNext - 1, newest?.uid ?? 0);
    this.troublesome.clear();
    await this.#write({ uid_validity: uidValidity, last_uid: 0, repeated_until });
  }

  /** Where to begin where messages have arrived since the mailbox was set up: its login was refused at first, or its server was away. Null where none have. */
  async #arrivedSinceSetUp(
    connection: ImapConnection,
    newestAt: Date,
  ): Promise<Pick<MailboxCursorRecord, 'last_uid' | 'began_after'> | null> {
    const setUpAt = idTime(this.lease.mailbox.id);
    // Of a folder that was set later it is not known when that was.
    if (this.#cursor.folder !== null || setUpAt === null || newestAt.getTime() <= setUpAt) return null;
    const first = await connection.firstSince(setUpAt);
    return first === null ? null : { last_uid: first - 1, began_after: new Date(setUpAt) };
  }

  async #write(changes: CursorChanges): Promise<void> {
    await this.needs.cursors.write(this.lease, changes);
    this.#cursor = { ...this.#cursor, ...changes };
  }
}
