import type { Worker } from 'node:worker_threads';
import { AppError } from '@millrace/contracts';
import { MAIL_LIMITS } from '../limits.js';
import { FairTurns } from './fair-turns.js';
import type { PartContent } from './part-content.js';
import { newThread, nextOf, type ThreadEnd } from './parser-thread.js';
import { UnreadableMessageError } from './unreadable-message.error.js';

/** An address as a message has it. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** A message as a workflow is given it. */
export interface ParsedMessage {
  readonly from: MailAddress | null;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly date: string | null;
  readonly message_id: string | null;
  readonly in_reply_to: string | null;
  readonly references: readonly string[];
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly attachments: readonly { readonly name: string | null; readonly type: string; readonly size: number }[];
  /** The names of members that were too long, and were cut. */
  readonly truncated: readonly string[];
}

/** A message, and the content of each of its attachments; of a large message it is yet to be fetched. */
export interface ReadMessage {
  readonly message: ParsedMessage;
  readonly contents: readonly (Uint8Array | PartContent)[];
}

/** What the thread replies. */
type Reply = ReadMessage | { readonly problem: string };

/** Why a message cannot be read. What takes too long is as likely the fault of a busy machine; too much memory it takes everywhere. */
const REASONS: Readonly<Record<ThreadEnd, () => UnreadableMessageError>> = {
  memory: () => new UnreadableMessageError('Reading it apart took too much memory'),
  late: () => new UnreadableMessageError('Reading it apart took too long', false),
  ended: () => new UnreadableMessageError('Reading it apart broke off', false),
};

/**
 * Reads messages apart, one after the other and of organisations by the time they take, in a thread of its own: one that takes too long, or too
 * much memory, costs that thread and not the process. The thread is made when there is something to read.
 */
export class MessageParser {
  readonly #turns = new FairTurns();
  #thread: Worker | undefined;

  /** Rejects with {@link UnreadableMessageError}, and with SERVICE_UNAVAILABLE when no thread can be started. */
  parse(organisationId: string, source: Buffer): Promise<ReadMessage> {
    return this.#turns.run(organisationId, () => this.#parse(source));
  }

  /** Ends the thread, and with it what it reads. */
  async stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  async #parse(source: Buffer): Promise<ReadMessage> {
    const isFresh = this.#thread === undefined;
    let reply = await this.#reply(source, isFresh ? MAIL_LIMITS.parseMs : MAIL_LIMITS.parseMs / 2);
    // What another message has left behind in the thread is not this one's fault.
    if (typeof reply === 'string' && !isFresh) reply = await this.#reply(source, MAIL_LIMITS.parseMs / 2);
    if (typeof reply === 'string') throw REASONS[reply]();
    if ('problem' in reply) throw new UnreadableMessageError(reply.problem);
    return reply;
  }

  async #reply(source: Buffer, milliseconds: number): Promise<Reply | ThreadEnd> {
    const thread = this.#thread ?? (await this.#started());
    const bytes = new Uint8Array(source);
    thread.postMessage(bytes, [bytes.buffer]);
    const reply = await nextOf<Reply>(thread, milliseconds);
    if (typeof reply === 'string') await this.stop();
    return reply;
  }

  /** A thread that is ready to read. What a busy machine takes to load it is not taken from the time for a message. */
  async #started(): Promise<Worker> {
    const thread = newThread();
    this.#thread = thread;
    // One that has ended between two messages replies to none.
    thread.once('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    if (typeof (await nextOf<object>(thread, MAIL_LIMITS.parserStartMs)) !== 'string') return thread;
    await this.stop();
    throw new AppError('SERVICE_UNAVAILABLE');
  }
}
