import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageDefinition } from '@millrace/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { PayloadStore } from './payload-store.js';
import type { ReplyMux } from './reply-mux.js';
import { isConcrete } from './concrete-subject.js';
import { BATCH, BATCH_BYTES, purge, readBatch, readLast, sequenceOf, unavailable } from './direct-get.js';
import type { JournalLayouts } from './journal-layouts.js';
import { turnOfLargePiece } from './large-pieces.js';
import { streamOfSubject } from './topology.js';
import { decodeJson, headerOf, SERVER_HEADERS } from './wire.js';

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
  /** The first sequence of those that are read. */
  readonly from?: number;
  /** How many bytes are asked for at once, for who may need the first messages only. */
  readonly bytesAtOnce?: number;
}

/** How the last message of a subject is read. */
export interface LastOptions {
  /**
   * Null is returned only when the leader of the stream has none either. Any copy of a stream may be asked, and one that is late does not
   * have a message yet that was stored before. For decisions that nobody takes again.
   */
  readonly confirmNone?: boolean;
}

/** What the leader of a stream has; see {@link Publisher}. */
interface Leader {
  lastStored(stream: string, subject: string): Promise<object | null>;
}

/** So often a copy is asked for what the leader has, before that counts as a failure. */
const LOOKS_FOR_LATE = 20;
const LATE_INTERVAL_MS = 50;

/** Reads subjects by direct get: no consumer, and one subscription for all reads of the process. */
export class SubjectReader {
  constructor(
    private readonly replies: ReplyMux,
    private readonly layouts: JournalLayouts,
    private readonly payloads: PayloadStore,
    private readonly leader: Leader,
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
    { without, from: first = 1, bytesAtOnce = BATCH_BYTES }: ReadOptions = {},
  ): AsyncGenerator<StoredMessage<P>> {
    const place = await this.#placeOf(message, address);
    if (place === null) return;
    const { stream, subject } = place;
    for (let from = first, left = 1; left > 0;) {
      const batch = await readBatch(this.replies, stream, {
        seq: from,
        next_by_subj: subject,
        batch: BATCH,
        max_bytes: bytesAtOnce,
      });
      for (const entry of batch.messages) if (!without?.has(sequenceOf(entry))) yield await this.open(message, entry);
      const last = batch.messages.at(-1);
      left = last ? batch.left : 0;
      if (last) from = sequenceOf(last) + 1;
    }
  }

  /** Up to `limit` messages of a definition from a stream sequence on, of whatever address, in the order of the stream. Same errors. */
  async readFrom<P, A>(message: MessageDefinition<P, A>, sequence: number, limit: number): Promise<StoredMessage<P>[]> {
    const query = { seq: sequence, next_by_subj: message.pattern, batch: limit, max_bytes: BATCH_BYTES };
    const { messages } = await readBatch(this.replies, message.stream, query);
    return Promise.all(messages.map((entry) => this.open(message, entry)));
  }

  /** The sequence of the last message of one subject; 0 when there is none. Throws AppError('SERVICE_UNAVAILABLE'). */
  async lastSequence<P, A>(message: MessageDefinition<P, A>, address: A, options?: LastOptions): Promise<number> {
    const reply = await this.#last(message, address, options);
    return reply === null ? 0 : sequenceOf(reply);
  }

  /** The last message of one subject, or null. Same errors. */
  async lastOnSubject<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    options?: LastOptions,
  ): Promise<StoredMessage<P> | null> {
    const reply = await this.#last(message, address, options);
    return reply === null ? null : this.open(message, reply);
  }

  async #last<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    { confirmNone = false }: LastOptions = {},
  ): Promise<Msg | null> {
    const place = await this.#placeOf(message, address);
    if (place === null) return null;
    const { stream, subject } = place;
    for (let look = 1; look <= LOOKS_FOR_LATE; look++) {
      const reply = await readLast(this.replies, stream, subject);
      if (reply !== null) return reply;
      if (!confirmNone || (await this.leader.lastStored(stream, subject)) === null) return null;
      await sleep(LATE_INTERVAL_MS);
    }
    throw unavailable(stream, new Error('a copy of it is too late'));
  }

  /** Removes the messages of an address before a sequence. Same errors. */
  async removeBefore<P, A>(message: MessageDefinition<P, A>, address: A, sequence: number): Promise<void> {
    const place = await this.#placeOf(message, address);
    if (place !== null) await purge(this.replies, place.stream, { filter: place.subject, seq: sequence });
  }

  /** The stream that holds the messages of an address. Same errors. */
  async streamOf<P, A>(message: MessageDefinition<P, A>, address: A): Promise<string> {
    return streamOfSubject(message.stream, await this.#subject(message, address));
  }

  /** The subject of an address. Throws AppError('SERVICE_UNAVAILABLE'). */
  subjectOf<P, A>(message: MessageDefinition<P, A>, address: A): Promise<string> {
    return this.#subject(message, address);
  }

  async #subject<P, A>(message: MessageDefinition<P, A>, address: A): Promise<string> {
    const layout = message.executionOf && (await this.layouts.toRead(message.executionOf(address)));
    return message.subject(address, layout);
  }

  /** What to read: all lanes in which messages of the address can be. Null for an address that names no single one. */
  async #placeOf<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
  ): Promise<{ stream: string; subject: string } | null> {
    const subject = await this.#subject(message, address);
    if (!isConcrete(subject)) return null;
    return {
      stream: streamOfSubject(message.stream, subject),
      subject: message.lanes?.anySubject(address) ?? subject,
    };
  }

  /** What a stored message has. Throws as readSubject. */
  async open<P>(
    { schema }: { readonly schema: MessageDefinition<P, never>['schema'] },
    stored: Msg,
  ): Promise<StoredMessage<P>> {
    const read = this.payloads.read(stored);
    const data = read instanceof Promise ? await read : read;
    const payload = schema.parse(decodeJson(data));
    // What its reader does with it takes as long as what was done here.
    await turnOfLargePiece(data.length);
    return {
      sequence: sequenceOf(stored),
      payload,
      bytes: data.length,
      publishedAt: headerOf(stored, SERVER_HEADERS.timestamp) ?? '',
    };
  }
}
