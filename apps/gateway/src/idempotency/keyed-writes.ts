import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, IdempotencyRecord, LIMITS, type IdempotencyRecordValue } from '@millrace/contracts';
import { BUS, WrongSequenceError, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { IdempotencyKey } from './idempotency-key.js';
import { openAnswer, sealAnswer, type KeptAnswer } from './sealed-answer.js';

/** Injection token of the lease of a write under a key, in milliseconds. */
export const WRITE_LEASE_MS = Symbol('gateway:write-lease-ms');

/** Thrown in the place of carrying out a write that was carried out before: what was answered then. */
export class ReplayedAnswer extends Error {
  constructor(readonly answer: KeptAnswer) {
    super('The request was carried out before, under the same Idempotency-Key');
    this.name = 'ReplayedAnswer';
  }
}

/** A write that holds its key. */
export interface HeldKey {
  readonly key: IdempotencyKey;
  readonly record: IdempotencyRecordValue;
  /** Of the record: whoever has taken over since has written another. */
  readonly revision: number;
}

/**
 * Writes under an `Idempotency-Key`, starts of executions apart. A write takes a lease of its key before it is carried out, and leaves its answer there.
 * When the gateway dies in between, the lease ends and a repetition does the work again: nobody knows how far it came.
 */
@Injectable()
export class KeyedWrites {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'records'>,
    private readonly quota: StorageQuota,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(WRITE_LEASE_MS) private readonly leaseMs: number,
  ) {}

  /**
   * Takes the key for one request, whose body has been noted. Throws {@link ReplayedAnswer}, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_IN_USE,
   * IDEMPOTENCY_ANSWER_NOT_KEPT, STORAGE_FULL, SERVICE_UNAVAILABLE.
   */
  async begin(key: IdempotencyKey): Promise<HeldKey> {
    const recorded = await this.bus.records.read(IdempotencyRecord, key.address);
    if (recorded !== null) await this.#requireFree(recorded.value, key);
    const now = new Date().toISOString();
    const record = {
      fingerprint: key.fingerprint(),
      created_at: recorded?.value.created_at ?? now,
      begun_at: now,
      holder: randomUUID(),
    };
    try {
      const revision = await this.#write(key, record, recorded?.revision ?? 0);
      return { key, record, revision };
    } catch (error) {
      // A twin was faster.
      if (error instanceof WrongSequenceError) throw new AppError('IDEMPOTENCY_KEY_IN_USE');
      throw error;
    }
  }

  /** Keeps the answer of what was carried out. Never rejects: it was carried out, whether the answer is kept or not. */
  async succeeded({ key, record, revision }: HeldKey, answer: KeptAnswer): Promise<void> {
    const sealed = await sealAnswer(answer, key.secrets);
    const kept = sealed.length <= LIMITS.keptAnswerBytes && this.#mayStore(key) ? sealed.toString('base64') : '';
    await this.#end(key, { ...record, answer: kept }, revision);
    this.quota.charge(key.address.owner, kept.length);
  }

  /** Leaves the key free: nothing was done, or it is not known what. Never rejects. */
  async failed({ key, record, revision }: HeldKey): Promise<void> {
    await this.#end(key, { fingerprint: '', created_at: record.created_at }, revision);
  }

  async #requireFree(record: IdempotencyRecordValue, key: IdempotencyKey): Promise<void> {
    const { fingerprint, answer, begun_at } = record;
    if (fingerprint === '') return;
    if (fingerprint !== key.fingerprint()) throw new AppError('IDEMPOTENCY_KEY_REUSED');
    if (answer !== undefined) throw await replayOf(answer, key);
    if (begun_at !== undefined && Date.now() - Date.parse(begun_at) < this.leaseMs)
      throw new AppError('IDEMPOTENCY_KEY_IN_USE');
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

  async #end(key: IdempotencyKey, record: IdempotencyRecordValue, revision: number): Promise<void> {
    try {
      await this.#write(key, record, revision);
    } catch (error) {
      this.logger.warn({ err: error }, 'The outcome of a write under an Idempotency-Key could not be recorded');
    }
  }

  #write(key: IdempotencyKey, record: IdempotencyRecordValue, revision: number): Promise<number> {
    return this.bus.records.write(IdempotencyRecord, key.address, record, revision);
  }
}

async function replayOf(sealed: string, key: IdempotencyKey): Promise<ReplayedAnswer | AppError> {
  if (sealed === '') return new AppError('IDEMPOTENCY_ANSWER_NOT_KEPT', { details: { reason: 'too_large' } });
  const answer = await openAnswer(Buffer.from(sealed, 'base64'), key.secrets);
  if (answer !== null) return new ReplayedAnswer(answer);
  return new AppError('IDEMPOTENCY_ANSWER_NOT_KEPT', {
    message:
      'The request was carried out with another API token, which alone can be given its answer again; read what it has changed',
    details: { reason: 'other_token' },
  });
}
