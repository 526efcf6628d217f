import { setTimeout as sleep } from 'node:timers/promises';
import type { Redact } from '@millrace/service-kit/redaction';
import type { ImapFlow } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { bounded, type CommandLimits } from './bounded-command.js';
import { ImapFailure, imapFailure } from './imap-failure.error.js';
import { boundListedFolders } from './listed-folders.js';
import { boundWords } from './long-words.js';
import { boundMessageSets } from './message-sets.js';
import { boundMessageStructures } from './message-structures.js';
import { paceParsing } from './paced-parsing.js';
import { heedThrottling } from './throttling.js';

const MINUTE_MS = 60_000;

/**
 * The line to the server of a mailbox. Every command has a deadline and a number of bytes, at which the line is closed: a server
 * that sends a byte now and then is silent to no time-out, and one that sends many small responses breaks no limit of one.
 */
export class ServerLine {
  #cause: unknown;
  #isChanged = false;
  #closed = false;
  /** Commands that run: what comes meanwhile is within their limits. */
  #commands = 0;
  /** Bytes that the server may still send unasked, as of a time: milliseconds of `performance.now()`. */
  #unasked = { bytes: MAIL_LIMITS.unaskedBytes, at: performance.now() };
  #wake: () => void = () => undefined;

  constructor(
    readonly client: ImapFlow,
    readonly organisationId: string,
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
    boundMessageSets(client, (failure) => this.#fail(failure));
    boundListedFolders(client, (failure) => this.#fail(failure));
    boundMessageStructures(client);
    heedThrottling(client, (failure) => this.#fail(failure));
    // Behind all others: these get what it has cut.
    boundWords(client);
    paceParsing(client, organisationId, (bytes) => this.#receive(bytes));
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Does something within limits. Rejects with {@link ImapFailure}. */
  async within<T>(limits: CommandLimits, command: (client: ImapFlow) => Promise<T>): Promise<T> {
    this.#commands++;
    try {
      return await bounded(
        this.client,
        limits,
        () => command(this.client),
        (error) => imapFailure(error, this.#cause, this.hide),
      );
    } finally {
      this.#commands--;
    }
  }

  /** A failure with what has ended the line, if anything has, as its cause. */
  failure(message: string): ImapFailure {
    return imapFailure(new Error(message), this.#cause, this.hide);
  }

  /** Throws {@link ImapFailure} when the line has ended. */
  requireOpen(): void {
    if (this.#closed) throw this.failure('The connection ended');
  }

  /** What the server reports from here on may be found by the next look at the folder, or not. */
  noteLook(): void {
    this.#isChanged = false;
  }

  /** Resolves when the server reports a message, when the time is over, or with the line. Rejects when the server sends too much meanwhile. */
  async untilChanged(milliseconds: number, stopping: AbortSignal): Promise<void> {
    if (this.#isChanged || this.#closed || stopping.aborted) return;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const timer = new AbortController();
    const signal = AbortSignal.any([timer.signal, stopping]);
    // The next command ends it. What it ends with says nothing: a connection that is gone has closed.
    void this.client.idle().catch(() => undefined);
    await Promise.race([woken, sleep(milliseconds, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
    if (this.#cause instanceof ImapFailure) throw this.#cause;
  }

  /** Ends it at once. */
  close(): void {
    this.client.close();
  }

  /** Also between two waits: a server that ends each of them at once would never have sent too much in one. */
  #receive(bytes: number): void {
    if (this.#commands > 0) return;
    const [now, { unaskedBytes: most }] = [performance.now(), MAIL_LIMITS];
    const regained = ((now - this.#unasked.at) / MINUTE_MS) * most;
    this.#unasked = { bytes: Math.min(most, this.#unasked.bytes + regained) - bytes, at: now };
    if (this.#unasked.bytes >= 0) return;
    const message = `The mail server sent more than ${MAIL_LIMITS.unaskedBytes} bytes without being asked for anything`;
    this.#fail(new ImapFailure(message, 'excess'));
  }

  #fail(failure: ImapFailure): void {
    this.#cause ??= failure;
    this.close();
  }
}
