import type { IdempotencyRecordValue } from '@millrace/contracts';
import { WrongSequenceError, type KeyedWrite, type StoredRecord } from '@millrace/messaging';
import type { IdempotencyKey } from './idempotency-key.js';

/** The record of one key. */
export interface KeyRecord {
  read(): Promise<StoredRecord<IdempotencyRecordValue> | null>;
  /** Writes it in the place of a revision, and returns the new one. Throws WrongSequenceError. */
  write(record: IdempotencyRecordValue, revision: number): Promise<number>;
}

/** Of a lease, after which it is renewed; and after which that is tried again when it has failed. */
const RENEWED_AFTER = 1 / 3;
const TRIED_AGAIN_AFTER = 1 / 15;

/** A write that holds its key. It says so again and again, as long as it is under way: some take longer than a lease. */
export class HeldKey {
  #renewal: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(
    readonly key: IdempotencyKey,
    /** With what owners are asked. */
    readonly write: KeyedWrite,
    /** As it was written. */
    readonly record: IdempotencyRecordValue,
    /** Of the record: whoever has taken over since has written another. */
    private revision: number,
    private readonly store: { readonly of: KeyRecord; readonly leaseMs: number; readonly ended: () => void },
  ) {
    this.#renewLater(RENEWED_AFTER);
  }

  /** Writes what came of it, and holds the key no longer. Rejects when that cannot be recorded. */
  async end(record: IdempotencyRecordValue): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    try {
      await this.#renewal;
      await this.#write(record);
    } finally {
      this.store.ended();
    }
  }

  #renewLater(after: number): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#renewal = this.#renew();
    }, this.store.leaseMs * after).unref();
  }

  async #renew(): Promise<void> {
    try {
      await this.#write({ ...this.record, begun_at: new Date().toISOString() });
      this.#renewLater(RENEWED_AFTER);
    } catch (error) {
      // Somebody has taken over: what it ends with decides. Otherwise NATS is away, and may be back before the lease has ended.
      if (!(error instanceof WrongSequenceError)) this.#renewLater(TRIED_AGAIN_AFTER);
    }
  }

  /** Writes in the place of what it wrote last, also where it has been confirmed to nobody that this is stored. Throws WrongSequenceError. */
  async #write(record: IdempotencyRecordValue): Promise<void> {
    try {
      this.revision = await this.store.of.write(record, this.revision);
    } catch (error) {
      const stored = error instanceof WrongSequenceError ? await this.store.of.read() : null;
      if (stored === null || stored.value.holder !== this.record.holder) throw error;
      this.revision = await this.store.of.write(record, stored.revision);
    }
  }
}
