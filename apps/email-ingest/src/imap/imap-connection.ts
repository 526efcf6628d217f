import type { AllowList } from '@millrace/service-kit/safe-http';
import type { ImapFlow, MessageStructureObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { aboutMessages, aboutParts, aboutPieces } from './about-messages.js';
import { COMMAND, downloadLimits, headLimits, LOOK } from './command-limits.js';
import { dateOf, HEADERS, headsOf } from './fetched-heads.js';
import { ImapFailure } from './imap-failure.error.js';
import { openAlone } from './listed-folders.js';
import type { MessageHead } from './message-head.js';
import { moveRefusal } from './move-refusal.js';
import { firstOfLast, messagesAbove, searched, type NewMessages } from './new-messages.js';
import type { OpenAccount } from './open-account.js';
import { openLine } from './open-line.js';
import type { ServerLine } from './server-line.js';
import { sectionsOf, type WantedSection } from './wanted-sections.js';
import { wholeMessage } from './whole-message.js';

/** A folder as it was opened. */
export interface OpenFolder {
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly messages: number;
}

const DAY_MS = 24 * 3_600_000;
const HEAD_QUERY = { uid: true, size: true, internalDate: true, headers: HEADERS };

/** One connection to the server of a mailbox, within the limits of its line. All methods reject with {@link ImapFailure}. */
export class ImapConnection {
  private constructor(private readonly line: ServerLine) {}

  /** Connects and logs in, at whichever address of the host takes connections. */
  static async open(opened: OpenAccount, allowed: AllowList, stopping: AbortSignal): Promise<ImapConnection> {
    return new ImapConnection(await openLine(opened, allowed, stopping));
  }

  /** Opens a folder, again if it is open: an old connection does not get everything. */
  async openFolder(folder: string, readOnly: boolean): Promise<OpenFolder> {
    const opened = await this.line.within(LOOK, (client) => openAlone(client, folder, readOnly));
    this.line.noteLook();
    return { uidValidity: String(opened.uidValidity), uidNext: opened.uidNext ?? 1, messages: opened.exists };
  }

  /** The first page of what has a UID above one. */
  newAbove(uid: number): Promise<NewMessages> {
    return messagesAbove(this.line, uid);
  }

  /** The newest message, and when the server got it; null in an empty folder. */
  async newest(): Promise<{ uid: number; arrivedAt: Date | null } | null> {
    const newest = await this.line.within(COMMAND, (client) => client.fetchOne('*', { uid: true, internalDate: true }));
    return newest === false ? null : { uid: newest.uid, arrivedAt: dateOf(newest.internalDate) };
  }

  /** The first of the last messages that the server got since the day before a moment, in milliseconds; null when there is none. Servers compare days, of their own zones. */
  async firstSince(moment: number): Promise<number | null> {
    return firstOfLast(this.line, { since: new Date(moment - DAY_MS) });
  }

  /** Those of some messages that are still there; `undeleted`: and not marked as deleted, as what a client has moved without MOVE is. */
  async present(uids: readonly number[], { undeleted = false } = {}): Promise<number[]> {
    const query = { uid: uids.join(','), ...(undeleted ? { deleted: false } : {}) };
    const found = new Set(await searched(this.line, query));
    return uids.filter((uid) => found.has(uid));
  }

  /**
   * What is known of messages without reading them. Missing are those that are gone meanwhile, and those of which the server sent
   * nothing, or not all. Rejects with a failure of kind `message` when what it sent is too much.
   */
  async heads(uids: readonly number[]): Promise<Map<number, MessageHead>> {
    const rows = await this.line
      .within(headLimits(uids.length), (client) => client.fetchAll(uids.join(','), HEAD_QUERY, { uid: true }))
      .catch(aboutMessages);
    return headsOf(this.line.organisationId, uids, rows);
  }

  /** The heads of the newest of so many `messages` that a folder has, newest first. */
  async newestHeads(messages: number, count: number): Promise<MessageHead[]> {
    const first = Math.max(1, messages - count + 1);
    const rows = await this.line.within(headLimits(count), (client) => client.fetchAll(`${first}:*`, HEAD_QUERY));
    // A server may send others too, as many as it likes.
    const sent = [...new Set(rows.map(({ uid }) => uid))].sort((a, b) => b - a);
    const uids = sent.slice(0, count);
    const heads = await headsOf(this.line.organisationId, uids, rows);
    return uids.flatMap((uid) => heads.get(uid) ?? []);
  }

  /**
   * A whole message; null when it is gone. Rejects with a failure of kind `message` when the server does not send it, or more than
   * the `size` by which it announced it and what servers are wrong by.
   */
  async source(uid: number, size: number): Promise<Buffer | null> {
    const downloaded = this.line.within(downloadLimits(size), (client) => this.#download(client, uid, size));
    return downloaded.catch((error: unknown) => aboutMessages(aboutPieces(error)));
  }

  async #download(client: ImapFlow, uid: number, size: number): Promise<Buffer | null> {
    const source = await wholeMessage(client, uid, size);
    if (source?.length === size) return source;
    // So a download ends when the message is deleted under it; and servers announce wrong sizes.
    if ((await this.present([uid])).length === 0) return null;
    if (source === undefined) throw new ImapFailure('The mail server does not send the message', 'message');
    return source;
  }

  /** How a message is made up, as the server says; null when it says nothing. Rejects as {@link sections} does. */
  async structure(uid: number): Promise<MessageStructureObject | null> {
    const limits = { milliseconds: MAIL_LIMITS.commandMs, bytes: MAIL_LIMITS.commandBytes };
    const found = await this.line
      .within(limits, (client) => client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true }))
      .catch(aboutParts);
    return (found && found.bodyStructure) || null;
  }

  /**
   * Sections of a message by their names, of each so many bytes from one on. Missing are those that the server does not send. Rejects with
   * a failure of kind `message` when what it sends is too much, and when it refuses them, or does not respond.
   */
  async sections(uid: number, wanted: readonly WantedSection[]): Promise<Map<string, Buffer>> {
    const bytes = wanted.reduce((sum, { length }) => sum + length, MAIL_LIMITS.pieceBytes);
    const bodyParts = wanted.map(({ name, start, length }) => ({ key: name, start, maxLength: length }));
    const row = await this.line
      .within({ milliseconds: MAIL_LIMITS.commandMs, bytes }, (client) =>
        client.fetchOne(String(uid), { uid: true, bodyParts }, { uid: true }),
      )
      .catch((error: unknown) => aboutParts(aboutPieces(error)));
    return row === false ? new Map<string, Buffer>() : sectionsOf(row, wanted);
  }

  async markSeen(uid: number): Promise<void> {
    const done = await this.line.within(COMMAND, (client) =>
      client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true }),
    );
    if (!done) this.line.requireOpen();
  }

  /** How many messages a folder has that is not open; null when there is no such folder. */
  async messagesIn(folder: string): Promise<number | null> {
    const status = await this.line.within(COMMAND, (client) =>
      client.status(folder, { messages: true }).catch((error: unknown) => {
        if ((error as { code?: unknown }).code === 'NotFound') return null;
        throw error;
      }),
    );
    if (status === null) return null;
    if (!status) this.line.requireOpen();
    return status ? (status.messages ?? 0) : null;
  }

  /** Makes the folder to which messages are to be moved, unless it is there. Rejects with a failure of kind `folder` when it cannot be made. */
  async makeFolder(folder: string): Promise<void> {
    if ((await this.messagesIn(folder)) !== null) return;
    await this.line
      .within(COMMAND, (client) => client.mailboxCreate(folder))
      .catch((error: unknown) => {
        if (this.isClosed || !(error instanceof ImapFailure)) throw error;
        const message = `The folder "${folder}", to which messages are to be moved, cannot be made. ${error.message}`;
        throw new ImapFailure(message, 'folder', 0, { cause: error, fields: ['after'] });
      });
  }

  /** Throws a failure of kind `folder` when no message can be moved from the open folder to this one. */
  requireMove(folder: string): void {
    const refusal = moveRefusal(this.line.client, folder);
    if (refusal !== null) throw new ImapFailure(refusal, 'folder', 0, { fields: ['after'] });
  }

  /** Moves a message to another folder; one that is gone is left alone. Rejects as {@link requireMove} throws. */
  async move(uid: number, folder: string): Promise<void> {
    this.requireMove(folder);
    const done = await this.line.within(COMMAND, (client) => client.messageMove(String(uid), folder, { uid: true }));
    if (done) return;
    this.line.requireOpen();
    // The client says the same of a message that is gone.
    if ((await this.present([uid])).length > 0)
      throw new ImapFailure(`The mail server does not move messages to the folder "${folder}"`, 'folder');
  }

  /** Resolves when the server reports a message, when the time is over, or with the connection. Rejects when the server sends too much meanwhile. */
  untilChanged(milliseconds: number, stopping: AbortSignal): Promise<void> {
    return this.line.untilChanged(milliseconds, stopping);
  }

  get isClosed(): boolean {
    return this.line.isClosed;
  }

  /** Ends the connection at once. */
  close(): void {
    this.line.close();
  }
}
