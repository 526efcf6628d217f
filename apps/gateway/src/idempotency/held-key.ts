import type { IdempotencyRecordValue } from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import type { IdempotencyKey } from './idempotency-key.js';

/** Writes the record in the place of a revision, and returns the new one. */
type WriteRecord = (record: IdempotencyRecordValue, revision: number) => Promise<number>;

/** Of a lease, after which it is renewed. */
const RENEWED_AFTER = 1 / 3;

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
    private readonly store: { readonly write: WriteRecord; readonly leaseMs: number; readonly ended: () => void },
  ) {
    this.#renewLater();
  }

  /** Writes what came of it, and holds the key no longer. Rejects when that cannot be recorded. */
  async end(record: IdempotencyRecordValue): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    try {
      await this.#renewal;
      await this.store.write(record, this.revision);
    } finally {
      this.store.ended();
    }
  }

  #renewLater(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#renewal = this.#renew();
    }, this.store.leaseMs * RENEWED_AFTER).unref();
  }

  async #renew(): Promise<void> {
    try {
      const record = { ...this.record, begun_at: new Date().toISOString() };
      this.revision = await this.store.write(record, this.revision);
      this.#renewLater();
    } catch {
      // Somebody has taken over, or NATS is away: then somebody may. What it ends with tells.
    }
  }
}
