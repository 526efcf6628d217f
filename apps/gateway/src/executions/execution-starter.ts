import { Inject, Injectable } from '@nestjs/common';
import { AppError, newId, type ErrorCode, type ExecutionAccepted } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { startExecution, type StartRequest } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { IdempotencyKey } from '../idempotency/idempotency-key.js';
import { KeyedStarts } from '../idempotency/keyed-starts.js';

/** A start as it was asked for. */
export interface AskedStart {
  readonly organisationId: string;
  readonly workflowId: string;
  readonly version: number | undefined;
  readonly input: unknown;
  readonly label: string | undefined;
  readonly requestId: string;
  /** The caller waits. */
  readonly awaited: boolean;
}

/** What came of it. `repeated`: it was asked for before, under the same key. */
export interface StartOutcome {
  readonly accepted: ExecutionAccepted;
  readonly repeated: boolean;
}

/** Refusals that would be the same if the execution had been started before. */
const UNDECIDED: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_REUSED', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'];

/** Accepts executions that are started over the API. */
@Injectable()
export class ExecutionStarter {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly quota: StorageQuota,
    private readonly keyed: KeyedStarts,
  ) {}

  /**
   * Durably accepts one execution; `chosen` is called with its id before it is published. Errors as {@link startExecution} lists them, and
   * IDEMPOTENCY_KEY_REUSED.
   */
  async start(
    asked: AskedStart,
    key: IdempotencyKey | undefined,
    chosen?: (executionId: string) => void,
  ): Promise<StartOutcome> {
    if (key === undefined) return { accepted: await this.accept(asked, chosen && newChoice(chosen)), repeated: false };
    let repeated = false;
    const choose: StartRequest['choose'] = async () => {
      const choice = await this.keyed.choose(key);
      repeated = choice.repeated;
      chosen?.(choice.id);
      return choice;
    };
    try {
      return { accepted: await this.accept(asked, choose), repeated };
    } catch (refusal) {
      if (!(refusal instanceof AppError) || UNDECIDED.includes(refusal.code)) throw refusal;
      const accepted = await this.keyed.started(key, asked.organisationId, asked.workflowId);
      if (accepted === null) throw refusal;
      chosen?.(accepted.id);
      return { accepted, repeated: true };
    }
  }

  private async accept(asked: AskedStart, choose?: StartRequest['choose']): Promise<ExecutionAccepted> {
    const { organisationId: organisation_id, workflowId, version, input, label, requestId, awaited } = asked;
    const { execution_id, workflow_id, started_at } = await startExecution(this.bus, this.quota, {
      trigger: { type: 'api' },
      workflow: { organisation_id, workflow_id: workflowId, version },
      input: () => input,
      requestId,
      label,
      awaited,
      ...(choose ? { choose } : {}),
    });
    return { id: execution_id, execution_id, status: 'running', started_at, workflow_id };
  }
}

/** A new id, which is told before anything is published under it. */
function newChoice(chosen: (executionId: string) => void): StartRequest['choose'] {
  return () => {
    const id = newId('execution');
    chosen(id);
    return Promise.resolve({ id, acceptedAt: new Date().toISOString() });
  };
}
