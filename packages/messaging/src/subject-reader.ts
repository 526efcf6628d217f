import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type MessageDefinition } from '@millrace/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { PayloadStore } from './payload-store.js';
import { NoReplyError, type ReplyMux } from './reply-mux.js';
import { isConcrete } from './concrete-subject.js';
import type { JournalLayouts } from './journal-layouts.js';
import { streamOfSubject } from './topology.js';
import { decodeJson, encodeJson, headerOf, SERVER_HEADERS, statusOf } from './wire.js';

const TIMEOUT_MS = 5_000;
const BATCH = 500;
/** Bytes of one batch; the server sends at least one message. */
const BATCH_BYTES = 4 * 1024 * 1024;
const ATTEMPTS = 3;
const PAUSE_MS = 250;

/** A stored message of a subject. `publishedAt` is the server's time, ISO 8601. */
export interface StoredMessage<P> {
  readonly sequence: number;
  readonly payload: P;
  /** The size of the payload as JSON. */
  readonly bytes: number;
  readonly publishedAt: string;
}

/** What of a subject is read. */
export interface ReadOptions {
  /** Sequences of messages that are not opened. */
  readonly without?: ReadonlySet<number>;
}

interface Batch {
  readonly messages: Msg[];
  readonly left: number;
}

/** Reads subjects by direct get: no consumer, and one subscription for all reads of the process. */
export class SubjectReader {
  constructor(
    private readonly replies: ReplyMux,
    private readonly layouts: JournalLayouts,
    private readonly payloads: PayloadStore,
  ) {}

  /** All messages of one subject, oldest first. Throws AppError('SERVICE_UNAVAILABLE'), ZodError, PayloadMissingError, PayloadTooLargeError. */
  async readSubject<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    options?: ReadOptions,
  ): Promise<StoredMessage<P>[]> {
    const all: StoredMessage<P>[] = [];
    for await (const stored of this.eachOnSubject(message, address, options)) all.push(stored);
    return all;
  }

  /** The same one after the other: a reader that keeps none needs memory for one payload and a batch of small ones. */
  async *eachOnSubject<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    { without }: ReadOptions = {},
  ): AsyncGenerator<StoredMessage<P>> {
    const subject = await this.#subject(message, address);
    if (!isConcrete(subject)) return;
    const stream = streamOfSubject(message.stream, subject);
    for (let from = 1, left = 1; left > 0;) {
      const batch = await this.#batch(stream, {
        seq: from,
        next_by_subj: subject,
        batch: BATCH,
        max_bytes: BATCH_BYTES,
      });
      for (const entry of batch.messages) if (!without?.has(sequenceOf(entry))) yield await this.#open(message, entry);
      const last = batch.messages.at(-1);
      left = last ? batch.left : 0;
      if (last) from = sequenceOf(last) + 1;
    }
  }

  /** Up to `limit` messages of a definition from a stream sequence on, of whatever address, in the order of the stream. Same errors. */
  async readFrom<P, A>(message: MessageDefinition<P, A>, sequence: number, limit: number): Promise<StoredMessage<P>[]> {
    const query = { seq: sequence, next_by_subj: message.pattern, batch: limit, max_bytes: BATCH_BYTES };
    const { messages } = await this.#batch(message.stream, query);
    return Promise.all(messages.map((entry) => this.#open(message, entry)));
  }

  /** The sequence of the last message of one subject; 0 when there is none. Throws AppError('SERVICE_UNAVAILABLE'). */
  async lastSequence<P, A>(message: MessageDefinition<P, A>, address: A): Promise<number> {
    const subject = await this.#subject(message, address);
    if (!isConcrete(subject)) return 0;
    const reply = await readLast(this.replies, streamOfSubject(message.stream, subject), subject);
    return reply === null ? 0 : sequenceOf(reply);
  }

  /** The last message of one subject, or null. Same errors. */
  async lastOnSubject<P, A>(message: MessageDefinition<P, A>, address: A): Promise<StoredMessage<P> | null> {
    const subject = await this.#subject(message, address);
    if (!isConcrete(subject)) return null;
    const stream = streamOfSubject(message.stream, subject);
    const reply = await readLast(this.replies, stream, subject);
    return reply === null ? null : this.#open(message, reply);
  }

  /** The stream that holds the messages of an address. Same errors. */
  async streamOf<P, A>(message: MessageDefinition<P, A>, address: A): Promise<string> {
    return streamOfSubject(message.stream, await this.#subject(message, address));
  }

  async #subject<P, A>(message: MessageDefinition<P, A>, address: A): Promise<string> {
    const layout = message.executionOf && (await this.layouts.toRead(message.executionOf(address)));
    return message.subject(address, layout);
  }

  async #open<P, A>(message: MessageDefinition<P, A>, stored: Msg): Promise<StoredMessage<P>> {
    const read = this.payloads.read(stored);
    const data = read instanceof Promise ? await read : read;
    const payload = message.schema.parse(decodeJson(data));
    return {
      sequence: sequenceOf(stored),
      payload,
      bytes: data.length,
      publishedAt: headerOf(stored, SERVER_HEADERS.timestamp) ?? '',
    };
  }

  #batch(stream: string, query: object): Promise<Batch> {
    return retried(stream, () => {
      const messages: Msg[] = [];
      return this.replies.collect(
        `$JS.API.DIRECT.GET.${stream}`,
        encodeJson(query),
        TIMEOUT_MS,
        (reply): Batch | undefined => {
          const status = statusOf(reply);
          if (status === 0) {
            messages.push(reply);
            return undefined;
          }
          // 204 ends a batch, 404 says that there is nothing (more).
          if (status !== 204 && status !== 404) throw new Error(`status ${status} ${reply.headers?.description ?? ''}`);
          return { messages, left: Number(headerOf(reply, SERVER_HEADERS.pending) ?? 0) };
        },
      );
    });
  }
}

/** The last stored message of a subject as the server has it, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
export function readLast(replies: ReplyMux, stream: string, subject: string): Promise<Msg | null> {
  return retried(stream, async () => {
    const reply = await replies.request(`$JS.API.DIRECT.GET.${stream}.${subject}`, undefined, TIMEOUT_MS);
    const status = statusOf(reply);
    if (status === 404) return null;
    if (status === 0) return reply;
    throw new Error(`status ${status} ${reply.headers?.description ?? ''}`);
  });
}

/** The stream sequence up to which a consumer has settled every message. Throws AppError('SERVICE_UNAVAILABLE'). */
export function ackFloor(replies: ReplyMux, stream: string, consumer: string): Promise<number> {
  return retried(stream, async () => {
    const reply = await replies.request(`$JS.API.CONSUMER.INFO.${stream}.${consumer}`, undefined, TIMEOUT_MS);
    const info = decodeJson(reply.data) as { ack_floor?: { stream_seq: number }; error?: { description: string } };
    if (info.ack_floor === undefined) throw new Error(info.error?.description ?? 'no consumer info');
    return info.ack_floor.stream_seq;
  });
}

async function retried<T>(stream: string, read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (attempt === ATTEMPTS || (error instanceof NoReplyError && error.reason === 'closed'))
        throw unavailable(stream, error);
      await sleep(PAUSE_MS);
    }
  }
}

/** The stream sequence in the headers of a direct-get answer. */
export function sequenceOf(message: Msg): number {
  return Number(headerOf(message, SERVER_HEADERS.sequence) ?? 0);
}

function unavailable(stream: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `NATS did not answer a read of stream ${stream} (${reason}); try again`,
    details: { service: 'nats' },
    cause,
  });
}
