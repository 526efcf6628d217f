import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MailboxAccount } from '@millrace/contracts';
import { guardedAddresses, type AllowList } from '@millrace/service-kit/safe-http';
import { ImapFlow, type FetchMessageObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { headerFields } from './header-fields.js';
import { ImapFailure, imapFailure } from './imap-failure.error.js';
import type { MessageHead } from './message-head.js';

/** An account with its secret in clear text. */
export interface OpenAccount {
  readonly account: MailboxAccount;
  readonly secret: string;
}

/** A folder as it was opened. */
export interface OpenFolder {
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly messages: number;
}

/** What a trigger can look at before the message itself is fetched. */
const HEADERS = [
  ...['auto-submitted', 'precedence', 'return-path', 'x-autoreply', 'x-autorespond', 'x-failed-recipients'],
  ...['list-id', 'list-unsubscribe', 'feedback-id', 'content-type', 'x-workflow-run'],
  ...['delivered-to', 'x-original-to', 'envelope-to'],
];

const MOST_ADDRESSES = 4;

/**
 * One connection to the server of a mailbox. Every command has a deadline, at which the connection is closed: a server that
 * sends a byte now and then is silent to no time-out. All methods reject with {@link ImapFailure}.
 */
export class ImapConnection {
  #cause: unknown;
  #isChanged = false;
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(private readonly client: ImapFlow) {
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
  static async open(opened: OpenAccount, allowed: AllowList): Promise<ImapConnection> {
    const { host } = opened.account.imap;
    const addresses = await guardedAddresses(host, allowed).catch((error: unknown) => {
      throw imapFailure(error);
    });
    let failure = new ImapFailure(`The mail server cannot be used: "${host}" has no address`, 'other');
    for (const address of addresses.slice(0, MOST_ADDRESSES)) {
      const connection = new ImapConnection(new ImapFlow(clientOptions(opened, address)));
      try {
        await connection.within(MAIL_LIMITS.connectMs, () => connection.client.connect());
        return connection;
      } catch (error) {
        connection.close();
        failure = imapFailure(error);
        if (failure.kind === 'login') break;
      }
    }
    throw failure;
  }

  /** Opens a folder, again if it is open: an old connection is not told of everything. */
  async openFolder(folder: string, readOnly: boolean): Promise<OpenFolder> {
    const opened = await this.within(MAIL_LIMITS.lookMs, () => this.client.mailboxOpen(folder, { readOnly }));
    // What comes from here on may be found by the next look at the folder, or not.
    this.#isChanged = false;
    return { uidValidity: String(opened.uidValidity), uidNext: opened.uidNext ?? 1, messages: opened.exists };
  }

  /** The UIDs above one, in their order. */
  async uidsAbove(uid: number): Promise<number[]> {
    const found = await this.within(MAIL_LIMITS.commandMs, () =>
      this.client.search({ uid: `${uid + 1}:*` }, { uid: true }),
    );
    if (!Array.isArray(found)) throw imapFailure(new Error('The folder cannot be searched'), this.#cause);
    // A server returns the last message when there is none above.
    return found.filter((one) => one > uid).sort((a, b) => a - b);
  }

  /** The newest message, and when the server got it; null in an empty folder. */
  async newest(): Promise<{ uid: number; arrivedAt: Date | null } | null> {
    const newest = await this.within(MAIL_LIMITS.commandMs, () =>
      this.client.fetchOne('*', { uid: true, internalDate: true }),
    );
    return newest === false ? null : { uid: newest.uid, arrivedAt: dateOf(newest.internalDate) };
  }

  /** What is known of messages without reading them. Those that are gone meanwhile are missing. */
  async heads(uids: readonly number[]): Promise<Map<number, MessageHead>> {
    const query = { uid: true, size: true, internalDate: true, envelope: true, headers: HEADERS };
    const rows = await this.within(MAIL_LIMITS.commandMs, () =>
      this.client.fetchAll(uids.join(','), query, { uid: true }),
    );
    // After an expunge a row may lack what was asked for.
    return new Map(rows.filter(({ uid }) => uids.includes(uid)).map((row) => [row.uid, headOf(row)]));
  }

  /** A whole message; null when it is gone. Throws when it is larger than `size`, by which the server announced it. */
  async source(uid: number, size: number): Promise<Buffer | null> {
    return this.within(MAIL_LIMITS.downloadMs, async () => {
      const options = { uid: true, chunkSize: MAIL_LIMITS.pieceBytes, maxBytes: MAIL_LIMITS.messageBytes };
      const { content } = await this.client.download(String(uid), undefined, options);
      if (content === undefined) return null;
      const pieces: Buffer[] = [];
      let bytes = 0;
      for await (const piece of content as AsyncIterable<Buffer>) {
        bytes += piece.length;
        pieces.push(piece);
      }
      if (bytes === size) return Buffer.concat(pieces);
      // A download ends without an error when the message is deleted under it; and servers announce wrong sizes.
      const left = await this.client.fetchOne(String(uid), { uid: true }, { uid: true });
      return left === false ? null : Buffer.concat(pieces);
    });
  }

  async markSeen(uid: number): Promise<void> {
    const done = await this.within(MAIL_LIMITS.commandMs, () =>
      this.client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true }),
    );
    if (!done && this.#closed) throw imapFailure(new Error('The connection ended'), this.#cause);
  }

  /** Resolves when the server tells of a message, when the time is over, or with the connection. */
  async untilChanged(milliseconds: number, stopping: AbortSignal): Promise<void> {
    if (this.#isChanged || this.#closed || stopping.aborted) return;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const timer = new AbortController();
    const signal = AbortSignal.any([timer.signal, stopping]);
    // The next command ends it. What it ends with says nothing: a connection that is gone has closed.
    void this.client.idle().catch(() => undefined);
    await Promise.race([woken, sleep(milliseconds, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Ends the connection at once. */
  close(): void {
    this.client.close();
  }

  private async within<T>(milliseconds: number, command: () => Promise<T>): Promise<T> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.client.close();
    }, milliseconds);
    try {
      return await command();
    } catch (error) {
      if (isLate) throw new ImapFailure(`The mail server did not respond within ${milliseconds} ms`, 'other');
      throw imapFailure(error, this.#cause);
    } finally {
      clearTimeout(timer);
    }
  }
}

function clientOptions({ account: { imap }, secret }: OpenAccount, address: string) {
  const { host, port, tls, user, auth } = imap;
  return {
    host: address,
    port,
    secure: tls === 'implicit',
    // With implicit TLS it must be absent.
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    auth: { user, ...(auth.type === 'xoauth2' ? { accessToken: secret } : { pass: secret }) },
    logger: false,
    disableAutoIdle: true,
    // Less than the time of silence, so that a line is only silent when it is dead.
    maxIdleTime: 60_000,
    socketTimeout: MAIL_LIMITS.silentMs,
    connectionTimeout: 15_000,
    greetingTimeout: 10_000,
    missingIdleCommand: 'STATUS',
    maxLineLength: 2 * MAIL_LIMITS.pieceBytes,
    maxLiteralSize: 2 * MAIL_LIMITS.pieceBytes,
    maxResponseSize: 4 * MAIL_LIMITS.pieceBytes,
    maxResponseTokens: 200_000,
    clientInfo: { name: 'millrace' },
  } as const;
}

function headOf({ uid, size = 0, internalDate, envelope = {}, headers }: FetchMessageObject): MessageHead {
  const fields = headerFields(headers ?? Buffer.alloc(0));
  const addressesOf = (list: { address?: string | undefined }[] = []): string[] =>
    list.flatMap(({ address }) => (address ? [address] : []));
  const delivered = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) => fields.get(name) ?? []);
  return {
    uid,
    size,
    arrivedAt: dateOf(internalDate),
    messageId: envelope.messageId?.trim() || null,
    date: dateOf(envelope.date)?.toISOString() ?? null,
    from: addressesOf(envelope.from)[0] ?? null,
    fromName: envelope.from?.[0]?.name ?? '',
    subject: envelope.subject ?? '',
    recipients: [...addressesOf(envelope.to), ...addressesOf(envelope.cc), ...delivered.map(bare)],
    fields,
  };
}

function bare(address: string): string {
  return address.replace(/^<|>$/g, '').trim();
}

function dateOf(value: Date | string | undefined): Date | null {
  const date = value === undefined ? null : new Date(value);
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}
