import { AppError, type SnapshotDefinition } from '@millrace/contracts';
import type { Publisher } from './publisher.js';
import { IDEMPOTENCY_BUCKET, IDEMPOTENCY_STREAM } from './topology.js';
import { decodeJson, encodeJson } from './wire.js';

/** A stored record, and the revision that the next write of its key has to name. */
export interface StoredRecord<V> {
  readonly value: V;
  readonly revision: number;
}

/**
 * Records of `Idempotency-Key`s, written by compare-and-set: of several writers one wins. Nothing of it is kept in memory, and what is read
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
}

/** The {@link RecordStore} in the bucket `idempotency`. */
export class NatsRecordStore implements RecordStore {
  constructor(private readonly publisher: Publisher) {}

  async read<V, A>(definition: SnapshotDefinition<V, A>, address: A): Promise<StoredRecord<V> | null> {
    const stored = await this.publisher.lastStored(IDEMPOTENCY_STREAM, subjectOf(definition.key(address)));
    if (stored === null) return null;
    return { value: definition.schema.parse(decodeJson(stored.data)), revision: stored.sequence };
  }

  async write<V, A>(definition: SnapshotDefinition<V, A>, address: A, value: V, revision: number): Promise<number> {
    const parcel = { data: encodeJson(value), objectName: undefined };
    const subject = subjectOf(definition.key(address));
    try {
      // As with all that accepts something new: the caller soon hears when it is not possible.
      const options = { expectLastSequence: revision, acceptance: true };
      return (await this.publisher.send(subject, IDEMPOTENCY_STREAM, parcel, options)).sequence;
    } catch (error) {
      throw error instanceof AppError && error.code === 'STORAGE_FULL' ? full(error) : error;
    }
  }
}

function subjectOf(key: string): string {
  return `$KV.${IDEMPOTENCY_BUCKET}.${key}`;
}

function full(cause: AppError): AppError {
  return new AppError('STORAGE_FULL', {
    message:
      'There is no room to keep another Idempotency-Key, so nothing was done; send the request again later, or without a key if it may be carried out twice',
    details: { store: IDEMPOTENCY_BUCKET },
    cause,
  });
}
