import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  GetExecution,
  IdempotencyRecord,
  newId,
  type ExecutionAccepted,
  type IdempotencyRecordValue,
} from '@millrace/contracts';
import { BUS, WrongSequenceError, type Bus } from '@millrace/messaging';
import type { ChosenStart } from '@millrace/service-kit/start-execution';
import type { IdempotencyKey } from './idempotency-key.js';

/** What a start under a key has chosen, and whether by an earlier request. */
export interface KeyedStart extends ChosenStart {
  readonly repeated: boolean;
}

/**
 * Starts of executions under an `Idempotency-Key`. The record of a key holds the id of its execution before that is published, so that whoever
 * repeats the request publishes the same id again, which starts nothing; and as the answer says no more than the record, none has to be kept.
 */
@Injectable()
export class KeyedStarts {
  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'records' | 'request'>) {}

  /** Whether the key was used before, for whatever. Throws SERVICE_UNAVAILABLE. */
  async isKnown({ address }: IdempotencyKey): Promise<boolean> {
    const recorded = await this.bus.records.read(IdempotencyRecord, address);
    return recorded !== null && !isFree(recorded.value);
  }

  /**
   * The execution of a key: the one that is recorded, or a new one which is recorded by then. Throws IDEMPOTENCY_KEY_REUSED, STORAGE_FULL,
   * SERVICE_UNAVAILABLE.
   */
  async choose(key: IdempotencyKey): Promise<KeyedStart> {
    const { address } = key;
    const recorded = await this.bus.records.read(IdempotencyRecord, address);
    if (recorded !== null && !isFree(recorded.value)) return chosenIn(recorded.value, key);
    const record = { fingerprint: key.fingerprint(), created_at: new Date().toISOString() };
    const id = newId('execution');
    try {
      await this.bus.records.write(
        IdempotencyRecord,
        address,
        { ...record, execution_id: id },
        recorded?.revision ?? 0,
      );
      return { id, acceptedAt: record.created_at, repeated: false };
    } catch (error) {
      if (!(error instanceof WrongSequenceError)) throw error;
    }
    // A twin was faster, so there is a record now.
    return this.choose(key);
  }

  /**
   * The execution that an earlier request under the key has started, or null: the workflow may have been paused since, but what was
   * returned then is returned again. Throws IDEMPOTENCY_KEY_REUSED, SERVICE_UNAVAILABLE.
   */
  async started(key: IdempotencyKey, organisationId: string, workflowId?: string): Promise<ExecutionAccepted | null> {
    const recorded = await this.bus.records.read(IdempotencyRecord, key.address);
    if (recorded === null || isFree(recorded.value)) return null;
    const { id, acceptedAt } = chosenIn(recorded.value, key);
    const question = {
      organisation_id: organisationId,
      workflow_id: workflowId,
      execution_id: id,
      steps: 'none' as const,
    };
    try {
      const { workflow_id } = await this.bus.request(GetExecution, question);
      return { id, execution_id: id, status: 'running', started_at: acceptedAt, workflow_id };
    } catch (error) {
      if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return null;
      throw error;
    }
  }
}

/** A write under the key was refused: it may be used as if it were new. */
function isFree({ fingerprint }: IdempotencyRecordValue): boolean {
  return fingerprint === '';
}

function chosenIn(record: IdempotencyRecordValue, key: IdempotencyKey): KeyedStart {
  if (record.fingerprint !== key.fingerprint() || record.execution_id === undefined)
    throw new AppError('IDEMPOTENCY_KEY_REUSED');
  return { id: record.execution_id, acceptedAt: record.created_at, repeated: true };
}
