import { AppError, type SnapshotDefinition } from '@millrace/contracts';
import { BATCH_BYTES, eachBatch, purge, readBatch, sequenceOf, streamFill } from './direct-get.js';
import { knownForm } from './known-form.js';
import type { Publisher } from './publisher.js';
import type { ReplyMux } from './reply-mux.js';
import { decodeJson, encodeJson, headerOf, SERVER_HEADERS } from './wire.js';

/** A stored record, and the revision that the next write of its key has to name. */
export interface StoredRecord<V> {
  readonly value: V;
  readonly revision: number;
}

/** The same with its key. */
export interface KeyedRecord<V> extends StoredRecord<V> {
  readonly key: string;
}

/** How many records there are. */
export interface RecordCounts {
  /** Of the owner that was asked about. */
  readonly own: number;
  /** When its oldest one was written; null when it has none. */
  readonly oldestAt: Date | null;
  /** For how many more there is room, of whatever owner; null for any number. */
  readonly free: number | null;
}

/**
 * Records in a key-value bucket, written by compare-and-set: of several writers one wins. Nothing of it is kept in memory, and what is read
 * is what the leader of the stream has.
 */
export interface RecordStore {
  /** The record of an address, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
  read<V, A>(definition: SnapshotDefinition<V, A>, address: A): Promise<StoredRecord<V> | null>;
  /**
   * Writes a record in the place of the revision that was read, 0 for none, and returns the new revision. Throws WrongSequenceError when
   * somebody else has written meanwhile, STORAGE_FULL when there is no room for another key, AppError('SERVICE_UNAVAILABLE').
   */
  write<V, A>(definition: SnapshotDefinition<V, A>, address: A, value: V, revision: number): Promise<number>;
  /** Removes a record of that revision; a later one stays. Throws AppError('SERVICE_UNAVAILABLE'). */
  remove<V, A>(definition: SnapshotDefinition<V, A>, address: A, revision: number): Promise<void>;
  /** Counts the records of an owner, the first part of their keys, as the server has them. Throws AppError('SERVICE_UNAVAILABLE'). */
  counts(owner: string): Promise<RecordCounts>;
  /**
   * Some records, in the order in which they were written last, of those behind `after`, the revision of the last one before. Throws
   * AppError('SERVICE_UNAVAILABLE').
   */
  page<V, A>(definition: SnapshotDefinition<V, A>, after: number, limit: number): Promise<KeyedRecord<V>[]>;
  /** All records, in the order in which they were written last. Throws AppError('SERVICE_UNAVAILABLE'). */
  all<V, A>(definition: SnapshotDefinition<V, A>): AsyncIterable<StoredRecord<V>>;
}

/** The {@link RecordStore} in one bucket. */
export class NatsRecordStore implements RecordStore {
  readonly #stream: string;

  constructor(
    private readonly publisher: Publisher,
    private readonly replies: ReplyMux,
    private readonly bucket: string,
    /** Whether a write accepts something new, and so is refused early: see {@link Room}. */
    private readonly acceptance = true,
  ) {
    this.#stream = `KV_${bucket}`;
  }

  async read<V, A>(definition: SnapshotDefinition<V, A>, address: A): Promise<StoredRecord<V> | null> {
    const stored = await this.publisher.lastStored(this.#stream, this.#subject(definition.key(address)));
    if (stored === null) return null;
    return { value: this.#known(definition, stored.data), revision: stored.sequence };
  }

  async write<V, A>(definition: SnapshotDefinition<V, A>, address: A, value: V, revision: number): Promise<number> {
    const parcel = { data: encodeJson(value), objectName: undefined };
    const subject = this.#subject(definition.key(address));
    try {
      const options = { expectLastSequence: revision, acceptance: this.acceptance };
      return (await this.publisher.send(subject, this.#stream, parcel, options)).sequence;
    } catch (error) {
      throw this.acceptance && error instanceof AppError && error.code === 'STORAGE_FULL'
        ? full(error, this.bucket)
        : error;
    }
  }

  async remove<V, A>(definition: SnapshotDefinition<V, A>, address: A, revision: number): Promise<void> {
    // Up to that sequence: whoever has written since has written a later one.
    await purge(this.replies, this.#stream, { filter: this.#subject(definition.key(address)), seq: revision + 1 });
  }

  async counts(owner: string): Promise<RecordCounts> {
    // The first one, and with it how many come after it: the server counts them in its index.
    const query = { next_by_subj: this.#subject(`${owner}.*`), seq: 1, batch: 1 };
    const [{ messages, left }, { messages: all, limit }] = await Promise.all([
      readBatch(this.replies, this.#stream, query),
      streamFill(this.replies, this.#stream),
    ]);
    const [oldest] = messages;
    const storedAt = oldest && headerOf(oldest, SERVER_HEADERS.timestamp);
    return {
      own: messages.length + left,
      oldestAt: storedAt === undefined ? null : new Date(storedAt),
      free: limit === null ? null : Math.max(0, limit - all),
    };
  }

  async page<V, A>(definition: SnapshotDefinition<V, A>, after: number, limit: number): Promise<KeyedRecord<V>[]> {
    const all = this.#subject('>');
    const query = { next_by_subj: all, seq: after + 1, batch: limit, max_bytes: BATCH_BYTES };
    const { messages } = await readBatch(this.replies, this.#stream, query);
    return messages.map((stored) => ({
      // In which subject it is stored, the server says in a header.
      key: (headerOf(stored, SERVER_HEADERS.subject) ?? '').slice(all.length - 1),
      value: this.#known(definition, stored.data),
      revision: sequenceOf(stored),
    }));
  }

  async *all<V, A>(definition: SnapshotDefinition<V, A>): AsyncGenerator<StoredRecord<V>> {
    for await (const batch of eachBatch(this.replies, this.#stream, { next_by_subj: this.#subject('>') })) {
      for (const stored of batch) yield { value: this.#known(definition, stored.data), revision: sequenceOf(stored) };
    }
  }

  #known<V, A>({ name, schema }: SnapshotDefinition<V, A>, data: Uint8Array): V {
    return knownForm(`A record "${name}"`, schema, decodeJson(data));
  }

  #subject(key: string): string {
    return `$KV.${this.bucket}.${key}`;
  }
}

function full(cause: AppError, bucket: string): AppError {
  return new AppError('STORAGE_FULL', {
    message:
      'There is no room to keep another Idempotency-Key, so nothing was done; send the request again later, or without a key if it may be carried out twice',
    details: { store: bucket },
    cause,
  });
}
