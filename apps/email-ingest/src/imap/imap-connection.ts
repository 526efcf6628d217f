import { setTimeout as sleep } from 'node:timers/promises';
import { redactionBy, TextMask, type Redact } from '@millrace/service-kit/redaction';
import { guardedAddresses, type AllowList } from '@millrace/service-kit/safe-http';
import type { ImapFlow, MessageStructureObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { aboutMessages, aboutParts, aboutPieces } from './about-messages.js';
import { bounded, type CommandLimits } from './bounded-command.js';
import { clientOptions } from './client-options.js';
import { COMMAND, CONNECT, downloadLimits, headLimits, LOOK } from './command-limits.js';
import { dateOf, HEADERS, headsOf } from './fetched-heads.js';
import { ImapFailure, imapFailure } from './imap-failure.error.js';
import { boundListedFolders, openAlone } from './listed-folders.js';
import { boundWords } from './long-words.js';
import type { MessageHead } from './message-head.js';
import { boundMessageSets } from './message-sets.js';
import { boundMessageStructures } from './message-structures.js';
import { moveRefusal } from './move-refusal.js';
import type { OpenAccount } from './open-account.js';
import { paceParsing } from './paced-parsing.js';
import { untilAborted } from './until-aborted.js';
import { wholeMessage } from './whole-message.js';

/** A folder as it was opened. */
export interface OpenFolder {
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly messages: number;
}

/** Bytes of a section of a message, such as `2.1` or `HEADER`. */
export interface WantedSection {
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

const MOST_ADDRESSES = 4;
const NO_ADDRESS = { fields: ['imap.host'] };

const HEAD_QUERY = { uid: true, size: true, internalDate: true, headers: HEADERS };

/**
 * One connection to the server of a mailbox. Every command has a deadline and a number of bytes, at which the connection is
 * closed: a server that sends a byte now and then is silent to no time-out, and one that sends many small responses breaks no
 * limit of one. All methods reject with {@link ImapFailure}.
 */
export class ImapConnection {
  #cause: unknown;
  #isChanged = false;
  #closed = false;
  /** Bytes that the server may still send unasked; infinite while it is asked for something, which has limits of its own. */
  #unasked = Infinity;
  #wake: () => void = () => undefined;

  private constructor(
    private readonly client: ImapFlow,
    private readonly organisationId: string,
    /** Takes the secret out of what the server says, which may repeat it at any time. */
    private readonly hide: Redact,
  ) {
    // Without a listener an error of the socket would end the process.
    client.on('error', (error: unknown) => (this.#cause ??= error));
    client.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
    client.on('exists', () => {
      this.#isChanged = true;
      this.#wake();
    });
  }

  /** Connects and logs in, at whichever address of the host takes connections. */
  static async open(opened: OpenAccount, allowed: AllowList, stopping: AbortSignal): Promise<ImapConnection> {
    const { host } = opened.account.imap;
    const hide = hiding(opened.secret);
    const addresses = await untilAborted(guardedAddresses(host, allowed), stopping).catch((error: unknown) => {
      throw imapFailure(error);
    });
    // Loaded with the first connection: it takes 30 MB, and many installations have no mailbox.
    const { ImapFlow } = await import('imapflow');
    let failure = new ImapFailure(`The mail server cannot be used: "${host}" has no address`, 'other', 0, NO_ADDRESS);
    for (const address of addresses.slice(0, MOST_ADDRESSES)) {
      if (stopping.aborted) break;
      const client = new ImapFlow(clientOptions(opened, address));
      const connection = new ImapConnection(client, opened.organisationId, hide);
      boundMessageSets(client, (failure) => connection.#fail(failure));
      boundListedFolders(client, (failure) => connection.#fail(failure));
      boundMessageStructures(client);
      boundWords(client);
      paceParsing(client, opened.organisationId, (bytes) => connection.#receive(bytes));
      const close = (): void => connection.close();
      stopping.addEventListener('abort', close);
      try {
        await connection.#within(CONNECT, () => connection.client.connect());
        return connection;
      } catch (error) {
        connection.close();
        failure = imapFailure(error, undefined, hide);
        if (failure.kind === 'login') break;
      } finally {
        stopping.removeEventListener('abort', close);
      }
    }
    throw failure;
  }

  /** Opens a folder, again if it is open: an old connection does not get everything. */
  async openFolder(folder: string, readOnly: boolean): Promise<OpenFolder> {
    const opened = await this.#within(LOOK, () => openAlone(this.client, folder, readOnly));
    // What comes from here on may be found by the next look at the folder, or not.
    this.#isChanged = false;
    return { uidValidity: String(opened.uidValidity), uidNext: opened.uidNext ?? 1, messages: opened.exists };
  }

  /** The UIDs above one, in their order. */
  async uidsAbove(uid: number): Promise<number[]> {
    const found = await this.#within(COMMAND, () => this.client.search({ uid: `${uid + 1}:*` }, { uid: true }));
    if (!Array.isArray(found)) throw imapFailure(new Error('The folder cannot be searched'), this.#cause, this.hide);
    // A server returns the last message when there is none above.
    return found.filter((one) => one > uid).sort((a, b) => a - b);
  }

  /** The newest message, and when the server got it; null in an empty folder. */
  async newest(): Promise<{ uid: number; arrivedAt: Date | null } | null> {
    const newest = await this.#within(COMMAND, () => this.client.fetchOne('*', { uid: true, internalDate: true }));
    return newest === false ? null : { uid: newest.uid, arrivedAt: dateOf(newest.internalDate) };
  }

  /** Those of some messages that are still there; `undeleted`: and not marked as deleted, as what a client has moved without MOVE is. */
  async present(uids: readonly number[], { undeleted = false } = {}): Promise<number[]> {
    const query = { uid: uids.join(','), ...(undeleted ? { deleted: false } : {}) };
    const found = await this.#within(COMMAND, () => this.client.search(query, { uid: true }));
    if (!Array.isArray(found)) throw imapFailure(new Error('The folder cannot be searched'), this.#cause, this.hide);
    return uids.filter((uid) => found.includes(uid));
  }

  /**
   * What is known of messages without reading them. Missing are those that are gone meanwhile, and those of which the server sent
   * nothing, or not all. Rejects with a failure of kind `message` when what it sent is too much.
   */
  async heads(uids: readonly number[]): Promise<Map<number, MessageHead>> {
    const rows = await this.#within(headLimits(uids.length), () =>
      this.client.fetchAll(uids.join(','), HEAD_QUERY, { uid: true }),
    ).catch(aboutMessages);
    return headsOf(this.organisationId, uids, rows);
  }

  /** The heads of the newest of so many `messages` that a folder has, newest first. */
  async newestHeads(messages: number, count: number): Promise<MessageHead[]> {
    const first = Math.max(1, messages - count + 1);
    const rows = await this.#within(headLimits(count), () => this.client.fetchAll(`${first}:*`, HEAD_QUERY));
    const uids = rows.map(({ uid }) => uid).sort((a, b) => b - a);
    const heads = await headsOf(this.organisationId, uids, rows);
    return uids.slice(0, count).flatMap((uid) => heads.get(uid) ?? []);
  }

  /**
   * A whole message; null when it is gone. Rejects with a failure of kind `message` when the server does not send it, or more than
   * the `size` by which it announced it and what servers are wrong by.
   */
  async source(uid: number, size: number): Promise<Buffer | null> {
    const downloaded = this.#within(downloadLimits(size), () => this.#download(uid, size));
    return downloaded.catch((error: unknown) => aboutMessages(aboutPieces(error)));
  }

  async #download(uid: number, size: number): Promise<Buffer | null> {
    const source = await wholeMessage(this.client, uid, size);
    if (source?.length === size) return source;
    // So a download ends when the message is deleted under it; and servers announce wrong sizes.
    if ((await this.present([uid])).length === 0) return null;
    if (source === undefined) throw new ImapFailure('The mail server does not send the message', 'message');
    return source;
  }

  /** How a message is made up, as the server says; null when it says nothing. Rejects as {@link sections} does. */
  async structure(uid: number): Promise<MessageStructureObject | null> {
    const limits = { milliseconds: MAIL_LIMITS.commandMs, bytes: MAIL_LIMITS.commandBytes };
    const found = await this.#within(limits, () =>
      this.client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true }),
    ).catch(aboutParts);
    return (found && found.bodyStructure) || null;
  }

  /**
   * Sections of a message by their names, of each so many bytes from one on. Missing are those that the server does not send. Rejects with
   * a failure of kind `message` when what it sends is too much, and when it refuses them, or does not respond.
   */
  async sections(uid: number, wanted: readonly WantedSection[]): Promise<Map<string, Buffer>> {
    const bytes = wanted.reduce((sum, { length }) => sum + length, MAIL_LIMITS.pieceBytes);
    const bodyParts = wanted.map(({ name, start, length }) => ({ key: name, start, maxLength: length }));
    const row = await this.#within({ milliseconds: MAIL_LIMITS.commandMs, bytes }, () =>
      this.client.fetchOne(String(uid), { uid: true, bodyParts }, { uid: true }),
    ).catch((error: unknown) => aboutParts(aboutPieces(error)));
    const sent = (name: string): Buffer | undefined =>
      row === false ? undefined : name === 'HEADER' ? row.headers : row.bodyParts?.get(name.toLowerCase());
    return new Map(
      wanted.flatMap(({ name }) => {
        const section = sent(name);
        return section === undefined ? [] : [[name, section] as const];
      }),
    );
  }

  async markSeen(uid: number): Promise<void> {
    const done = await this.#within(COMMAND, () => this.client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true }));
    if (!done && this.#closed) throw imapFailure(new Error('The connection ended'), this.#cause, this.hide);
  }

  /** How many messages a folder has that is not open; null when there is no such folder. */
  async messagesIn(folder: string): Promise<number | null> {
    const status = await this.#within(COMMAND, () =>
      this.client.status(folder, { messages: true }).catch((error: unknown) => {
        if ((error as { code?: unknown }).code === 'NotFound') return null;
        throw error;
      }),
    );
    if (status === null) return null;
    if (!status && this.#closed) throw imapFailure(new Error('The connection ended'), this.#cause, this.hide);
    return status ? (status.messages ?? 0) : null;
  }

  /** Makes the folder to which messages are to be moved, unless it is there. Rejects with a failure of kind `folder` when it cannot be made. */
  async makeFolder(folder: string): Promise<void> {
    if ((await this.messagesIn(folder)) !== null) return;
    await this.#within(COMMAND, () => this.client.mailboxCreate(folder)).catch((error: unknown) => {
      if (this.#closed || !(error instanceof ImapFailure)) throw error;
      const message = `The folder "${folder}", to which messages are to be moved, cannot be made. ${error.message}`;
      throw new ImapFailure(message, 'folder', 0, { cause: error, fields: ['after'] });
    });
  }

  /** Throws a failure of kind `folder` when no message can be moved from the open folder to this one. */
  requireMove(folder: string): void {
    const refusal = moveRefusal(this.client, folder);
    if (refusal !== null) throw new ImapFailure(refusal, 'folder', 0, { fields: ['after'] });
  }

  /** Moves a message to another folder; one that is gone is left alone. Rejects as {@link requireMove} throws. */
  async move(uid: number, folder: string): Promise<void> {
    this.requireMove(folder);
    const done = await this.#within(COMMAND, () => this.client.messageMove(String(uid), folder, { uid: true }));
    if (done) return;
    if (this.#closed) throw imapFailure(new Error('The connection ended'), this.#cause, this.hide);
    // The client says the same of a message that is gone.
    if ((await this.present([uid])).length > 0)
      throw new ImapFailure(`The mail server does not move messages to the folder "${folder}"`, 'folder');
  }

  /** Resolves when the server reports a message, when the time is over, or with the connection. Rejects when the server sends too much meanwhile. */
  async untilChanged(milliseconds: number, stopping: AbortSignal): Promise<void> {
    if (this.#isChanged || this.#closed || stopping.aborted) return;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const timer = new AbortController();
    const signal = AbortSignal.any([timer.signal, stopping]);
    // The next command ends it. What it ends with says nothing: a connection that is gone has closed.
    void this.client.idle().catch(() => undefined);
    this.#unasked = MAIL_LIMITS.unaskedBytes;
    await Promise.race([woken, sleep(milliseconds, undefined, { signal }).catch(() => undefined)]);
    this.#unasked = Infinity;
    timer.abort();
    if (this.#cause instanceof ImapFailure) throw this.#cause;
  }

  #receive(bytes: number): void {
    this.#unasked -= bytes;
    if (this.#unasked >= 0) return;
    const message = `The mail server sent more than ${MAIL_LIMITS.unaskedBytes} bytes without being asked for anything`;
    this.#fail(new ImapFailure(message, 'excess'));
  }

  #fail(failure: ImapFailure): void {
    this.#cause ??= failure;
    this.close();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Ends the connection at once. */
  close(): void {
    this.client.close();
  }

  #within<T>(limits: CommandLimits, command: () => Promise<T>): Promise<T> {
    return bounded(this.client, limits, command, (error) => imapFailure(error, this.#cause, this.hide));
  }
}

function hiding(secret: string): Redact {
  const mask = new TextMask();
  mask.add(secret);
  return redactionBy([mask]);
}
