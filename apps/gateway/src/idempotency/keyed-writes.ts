import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppError, IdempotencyRecord, LIMITS, newIdDigits, type IdempotencyRecordValue } from '@millrace/contracts';
import { BUS, WrongSequenceError, type Bus, type StoredRecord } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { HeldKey, type KeyRecord } from './held-key.js';
import type { IdempotencyKey } from './idempotency-key.js';
import { replayOf } from './replayed.js';
import { sealAnswer, type KeptAnswer } from './sealed-answer.js';
import { inUse, TwinWaits, type KeyUse, type TwinRoom, type Turn } from './twin-waits.js';

/** Injection token of the lease of a write under a key, in milliseconds. */
export const WRITE_LEASE_MS = Symbol('gateway:write-lease-ms');
/** Injection token of the {@link TwinRoom} of this process. */
export const TWIN_ROOM = Symbol('gateway:twin-room');

/** Between two looks at a record that another gateway holds: doubled each time. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

const SEED_BYTES = 32;
const PURPOSE = 'millrace keyed write v1';

/**
 * Writes under an `Idempotency-Key`, starts of executions apart. A write takes a lease of its key before it is carried out, with the id of what it is to
 * make, and leaves its answer there; twins wait for that. When the gateway dies in between, the lease ends and a repetition goes on under the
 * same id, by which the owner knows what it has done.
 */
@Injectable()
export class KeyedWrites implements OnModuleDestroy {
  readonly #twins: TwinWaits;
  readonly #stopping = new AbortController();

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'records'>,
    private readonly quota: StorageQuota,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(WRITE_LEASE_MS) private readonly leaseMs: number,
    @Inject(TWIN_ROOM) private readonly room: TwinRoom,
  ) {
    this.#twins = new TwinWaits(room);
  }

  /** Before the server is closed, which waits for open requests. */
  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  /**
   * Takes the key for one request, whose body has been noted; waits while another one is carried out under it. `gone`: its caller has gone
   * away. Throws ReplayedAnswer, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_ANSWER_NOT_KEPT, STORAGE_FULL, SERVICE_UNAVAILABLE.
   */
  async begin(key: IdempotencyKey, gone: AbortSignal): Promise<HeldKey> {
    const turn = {
      ...key.address,
      fingerprint: key.fingerprint(),
      until: Date.now() + this.room.waitMs,
      gone: AbortSignal.any([gone, this.#stopping.signal]),
    };
    const use = await this.#twins.enter(turn);
    try {
      return (await this.#take(key, use)) ?? (await this.#afterOthers(key, turn, use));
    } catch (error) {
      use.end();
      throw error;
    }
  }

  /** Keeps the answer of what was carried out. Never rejects: it was carried out, whether the answer is kept or not. */
  async succeeded(held: HeldKey, answer: KeptAnswer): Promise<void> {
    const { key, record } = held;
    const sealed = await sealAnswer(answer, key.secrets);
    const kept = sealed.length <= LIMITS.keptAnswerBytes && this.#mayStore(key) ? sealed.toString('base64') : '';
    const { write: _, ...begun } = record;
    await this.#end(held, { ...begun, answer: kept });
    this.quota.charge(key.address.owner, kept.length);
  }

  /**
   * Leaves the key free, for any request. The same one goes on with the same write when nobody knows how far this one came. Never
   * rejects.
   */
  async failed(held: HeldKey, error: unknown): Promise<void> {
    const { record, write } = held;
    const free = { fingerprint: '', created_at: record.created_at };
    await this.#end(held, write.again || isUnclear(error) ? { ...free, write: record.write } : free);
  }

  /** Takes the key; null while another gateway has it. */
  async #take(key: IdempotencyKey, use: KeyUse): Promise<HeldKey | null> {
    const recorded = await this.bus.records.read(IdempotencyRecord, key.address);
    if (recorded !== null && (await this.#heldUntil(recorded.value, key)) > Date.now()) {
      use.holdFor(key.fingerprint());
      return null;
    }
    const again = recorded?.value.write?.fingerprint === key.fingerprint() ? recorded.value.write : undefined;
    const write = again ?? {
      fingerprint: key.fingerprint(),
      id: newIdDigits(),
      seed: randomBytes(SEED_BYTES).toString('base64url'),
    };
    const now = new Date().toISOString();
    const record = {
      fingerprint: write.fingerprint,
      created_at: recorded?.value.created_at ?? now,
      begun_at: now,
      holder: randomUUID(),
      write,
    };
    const { records } = this.bus;
    const of: KeyRecord = {
      read: () => records.read(IdempotencyRecord, key.address),
      write: (value, revision) => records.write(IdempotencyRecord, key.address, value, revision),
    };
    try {
      const revision = await of.write(record, recorded?.revision ?? 0);
      use.holdFor(write.fingerprint);
      const keyed = { id: write.id, seed: seedOf(write.seed, key), again: again !== undefined };
      return new HeldKey(key, keyed, record, revision, { of, leaseMs: this.leaseMs, ended: () => use.end() });
    } catch (error) {
      // A twin of another gateway was faster.
      if (error instanceof WrongSequenceError) return null;
      throw error;
    }
  }

  /** Looks again and again, for all twins of this gateway, until the other one has ended or gives no sign any more. */
  async #afterOthers(key: IdempotencyKey, turn: Turn, use: KeyUse): Promise<HeldKey> {
    const leave = this.#twins.takePlace(turn.owner);
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const left = turn.until - Date.now();
        if (left <= 0 || turn.gone.aborted) throw await this.#stillInUse(key);
        await sleep(Math.min(pause, left), undefined, { signal: turn.gone }).catch(() => undefined);
        const held = await this.#take(key, use);
        if (held !== null) return held;
      }
    } finally {
      leave();
    }
  }

  async #stillInUse(key: IdempotencyKey): Promise<AppError> {
    const recorded: StoredRecord<IdempotencyRecordValue> | null = await this.bus.records.read(
      IdempotencyRecord,
      key.address,
    );
    return inUse(recorded === null ? 0 : await this.#heldUntil(recorded.value, key));
  }

  /** Until when a record holds its key, milliseconds since the epoch; 0 when it does not. Throws what a request gets under a key that was used. */
  async #heldUntil({ fingerprint, answer, begun_at }: IdempotencyRecordValue, key: IdempotencyKey): Promise<number> {
    if (fingerprint === '') return 0;
    if (fingerprint !== key.fingerprint()) throw new AppError('IDEMPOTENCY_KEY_REUSED');
    if (answer !== undefined) throw await replayOf(answer, key);
    return begun_at === undefined ? 0 : Date.parse(begun_at) + this.leaseMs;
  }

  /** Whether the organisation has room for an answer. Without it the key protects all the same. */
  #mayStore({ address }: IdempotencyKey): boolean {
    try {
      this.quota.require(address.owner);
      return true;
    } catch {
      return false;
    }
  }

  async #end(held: HeldKey, record: IdempotencyRecordValue): Promise<void> {
    try {
      await held.end(record);
    } catch (error) {
      this.logger.warn({ err: error }, 'The outcome of a write under an Idempotency-Key could not be recorded');
    }
  }
}

/** Whether nobody knows what came of a write: a refusal says that it changed nothing. */
function isUnclear(error: unknown): boolean {
  return !(error instanceof AppError) || error.entry.status >= 500;
}

/** Known to nobody who reads the records: the key itself is in none. */
function seedOf(seed: string, key: IdempotencyKey): string {
  const bytes = hkdfSync('sha256', Buffer.from(seed, 'base64url'), key.secrets.key, PURPOSE, SEED_BYTES);
  return Buffer.from(bytes).toString('base64url');
}
