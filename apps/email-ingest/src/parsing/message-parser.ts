import { Worker } from 'node:worker_threads';
import { MAIL_LIMITS } from '../limits.js';

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

/** A message breaks the limits of what it may consist of. */
export class UnreadableMessageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableMessageError';
  }
}

/** What the worker replies. */
type Reply = { readonly message: ParsedMessage } | { readonly problem: string };

const WORKER = new URL('../../worker/read-message.mjs', import.meta.url);

/**
 * Reads messages apart, one after the other, in a thread of its own: one that takes too long, or too much memory, costs that thread and
 * not the process. The thread is made when there is something to read.
 */
export class MessageParser {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects with {@link UnreadableMessageError}. The bytes are gone from the caller afterwards. */
  parse(source: Buffer): Promise<ParsedMessage> {
    const result = this.#last.then(() => this.#parse(source));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async stop(): Promise<void> {
    await this.#last;
    await this.#end();
  }

  async #parse(source: Buffer): Promise<ParsedMessage> {
    const worker = (this.#worker ??= newWorker());
    const reply = await replyOf(worker, source);
    if (reply === undefined) {
      await this.#end();
      throw new UnreadableMessageError('Reading it apart took too long, or too much memory');
    }
    if ('problem' in reply) throw new UnreadableMessageError(reply.problem);
    return reply.message;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

function newWorker(): Worker {
  const worker = new Worker(WORKER, {
    workerData: MAIL_LIMITS,
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
function replyOf(worker: Worker, source: Buffer): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const settle = (reply?: Reply): void => {
      clearTimeout(timer);
      worker.off('message', settle).off('exit', ended).off('error', ended);
      resolve(reply);
    };
    const ended = (): void => settle();
    const timer = setTimeout(ended, MAIL_LIMITS.parseMs);
    worker.on('message', settle).on('exit', ended).on('error', ended);
    const bytes = new Uint8Array(source);
    worker.postMessage(bytes, [bytes.buffer]);
  });
}
