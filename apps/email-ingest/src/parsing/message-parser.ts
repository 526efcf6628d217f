import { Worker } from 'node:worker_threads';
import { LIMITS } from '@millrace/contracts';
import { MAIL_LIMITS } from '../limits.js';
import { FairTurns } from './fair-turns.js';
import type { PartContent } from './part-content.js';
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

/** What the worker replies. */
type Reply = ReadMessage | { readonly problem: string };

const WORKER = new URL('../../worker/read-message.mjs', import.meta.url);

/**
 * Reads messages apart, one after the other and of organisations by the time they take, in a thread of its own: one that takes too long, or too
 * much memory, costs that thread and not the process. The thread is made when there is something to read.
 */
export class MessageParser {
  readonly #turns = new FairTurns();
  #worker: Worker | undefined;

  /** Rejects with {@link UnreadableMessageError}. */
  parse(organisationId: string, source: Buffer): Promise<ReadMessage> {
    return this.#turns.run(organisationId, () => this.#parse(source));
  }

  /** Ends the thread, and with it what it reads. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #parse(source: Buffer): Promise<ReadMessage> {
    const isFresh = this.#worker === undefined;
    const until = performance.now() + MAIL_LIMITS.parseMs;
    let reply = await this.#reply(source, isFresh ? MAIL_LIMITS.parseMs : MAIL_LIMITS.parseMs / 2);
    // What another message has left behind in the thread is not this one's fault.
    if (reply === undefined && !isFresh) reply = await this.#reply(source, until - performance.now());
    if (reply === undefined) throw new UnreadableMessageError('Reading it apart took too long, or too much memory');
    if ('problem' in reply) throw new UnreadableMessageError(reply.problem);
    return reply;
  }

  async #reply(source: Buffer, milliseconds: number): Promise<Reply | undefined> {
    const worker = (this.#worker ??= this.#begun());
    const reply = await replyOf(worker, source, milliseconds);
    if (reply === undefined) await this.stop();
    return reply;
  }

  #begun(): Worker {
    const worker = newWorker();
    // One that has ended between two messages replies to none.
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}

function newWorker(): Worker {
  const worker = new Worker(WORKER, {
    workerData: { ...MAIL_LIMITS, inputBytes: LIMITS.apiBodyBytes },
    // That of the process has secrets, and is no business of what reads messages of anybody.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MAIL_LIMITS.parseHeapMb },
    stdout: true,
    stderr: true,
  });
  // It keeps no process alive that has nothing else to do; and whatever it throws ends it alone.
  worker.unref();
  worker.on('error', () => undefined);
  return worker;
}

/** What the worker says to a message; undefined when it ends, or says nothing in time. */
function replyOf(worker: Worker, source: Buffer, milliseconds: number): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const settle = (reply?: Reply): void => {
      clearTimeout(timer);
      worker.off('message', settle).off('exit', ended).off('error', ended);
      resolve(reply);
    };
    const ended = (): void => settle();
    const timer = setTimeout(ended, milliseconds);
    worker.on('message', settle).on('exit', ended).on('error', ended);
    const bytes = new Uint8Array(source);
    worker.postMessage(bytes, [bytes.buffer]);
  });
}
