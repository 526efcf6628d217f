import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  newId,
  PlanRestart,
  PlanTest,
  type ErrorCode,
  type ExecutionAccepted,
  type StepResponse,
  type TestRequest,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { startExecution, type StartRequest } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { StartCredits } from '../credits/start-credits.js';
import type { Asking } from '../http/endpoint.decorator.js';
import type { IdempotencyKey } from '../idempotency/idempotency-key.js';
import { KeyedStarts } from '../idempotency/keyed-starts.js';

/** A start as it was asked for. */
export interface AskedStart {
  readonly organisationId: string;
  readonly workflowId: string;
  readonly version: number | undefined;
  /** Undefined only of a test that takes that of an earlier execution. */
  readonly input: unknown;
  readonly label: string | undefined;
  readonly requestId: string;
  /** The caller waits. */
  readonly awaited: boolean;
  /** Of one that only tries something: what, as it was asked for. */
  readonly test?: TestRequest | undefined;
}

/** One that goes on from another execution, or does it again. */
export interface AskedRestart {
  readonly organisationId: string;
  readonly executionId: string;
  readonly kind: 'retry' | 'replay';
  readonly version?: number | undefined;
  readonly fromStep?: string | undefined;
  /** The input in the place of the one that the execution had; asked for once. */
  readonly takeInput?: (() => unknown) | undefined;
  readonly asking: Asking;
  readonly awaited: boolean;
}

/** What of a start its source decides. */
type StartOf = Omit<AskedStart, 'test'> & Pick<StartRequest, 'trigger' | 'reuse' | 'test'>;

/** What came of it. `repeated`: it was asked for before, under the same key. */
export interface StartOutcome {
  readonly accepted: ExecutionAccepted;
  readonly repeated: boolean;
  /** What the caller gets where nothing was started: then there is nothing to wait for. */
  readonly response?: StepResponse | undefined;
  /** Its end and its response are not for this caller. */
  readonly isWithheld?: boolean;
}

/** Refusals that would be the same if the execution had been started before. */
const UNDECIDED: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_REUSED', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'];

/** Accepts executions that are started over the API. */
@Injectable()
export class ExecutionStarter {
  readonly #credits: StartCredits;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly quota: StorageQuota,
    private readonly keyed: KeyedStarts,
  ) {
    this.#credits = new StartCredits(bus);
  }

  /**
   * Durably accepts one execution; `chosen` is called with its id before it is published. Errors as {@link startExecution} lists them, and
   * IDEMPOTENCY_KEY_REUSED.
   */
  async start(
    asked: AskedStart,
    key: IdempotencyKey | undefined,
    chosen?: (executionId: string) => void,
  ): Promise<StartOutcome> {
    return this.#startOnce(() => this.#started(asked), asked, key, chosen);
  }

  async #started({ test, ...asked }: AskedStart): Promise<StartOf> {
    if (test === undefined) return { ...asked, trigger: { type: 'api' } };
    const { organisationId: organisation_id, workflowId: workflow_id, version, requestId } = asked;
    const plan = await this.bus.request(PlanTest, { organisation_id, workflow_id, version, test }, { requestId });
    const runs = test.draft === true ? 'draft' : test.document === undefined ? 'version' : 'document';
    const tried = { ...asked, trigger: { type: 'test', runs }, test: plan.test } as const;
    if (test.from === undefined) return tried;
    const { execution_id, path } = test.from;
    const { document } = plan.test;
    const question = {
      ...({ organisation_id, execution_id, kind: 'replay', version, from_step: path } as const),
      test: { workflow_id, ...(document === undefined ? {} : { document }) },
      with_input: asked.input === undefined,
    };
    const source = await this.bus.request(PlanRestart, question, { requestId });
    return {
      ...tried,
      version: source.version,
      input: asked.input === undefined ? source.input : asked.input,
      reuse: source.reuse,
    };
  }

  /** The same for one that retries or replays another. Errors as {@link PlanRestart} lists them too. */
  async restart(
    asked: AskedRestart,
    key: IdempotencyKey | undefined,
    chosen?: (executionId: string) => void,
  ): Promise<StartOutcome> {
    return this.#startOnce(() => this.#planned(asked), { organisationId: asked.organisationId }, key, chosen);
  }

  async #startOnce(
    startOf: () => Promise<StartOf>,
    { organisationId, workflowId }: { readonly organisationId: string; readonly workflowId?: string },
    key: IdempotencyKey | undefined,
    chosen?: (executionId: string) => void,
  ): Promise<StartOutcome> {
    if (key === undefined)
      return { accepted: await this.#accept(await startOf(), chosen && newChoice(chosen)), repeated: false };
    let repeated = false;
    const choose: StartRequest['choose'] = async () => {
      const choice = await this.keyed.choose(key);
      repeated = choice.repeated;
      chosen?.(choice.id);
      return choice;
    };
    try {
      return { accepted: await this.#accept(await startOf(), choose), repeated };
    } catch (refusal) {
      if (!(refusal instanceof AppError) || UNDECIDED.includes(refusal.code)) throw refusal;
      const accepted = await this.keyed.started(key, organisationId, workflowId);
      if (accepted === null) throw refusal;
      chosen?.(accepted.id);
      return { accepted, repeated: true };
    }
  }

  async #planned(asked: AskedRestart): Promise<StartOf> {
    const { organisationId, executionId: execution_id, kind, version, fromStep, takeInput, asking, awaited } = asked; // prettier-ignore
    const question = {
      ...{ organisation_id: organisationId, execution_id, kind, version, from_step: fromStep },
      with_input: takeInput === undefined,
    };
    const plan = await this.bus.request(PlanRestart, question, asking);
    const { requestId } = asking;
    return {
      ...{ organisationId, workflowId: plan.workflow_id, version: plan.version, label: plan.label, requestId, awaited },
      input: takeInput === undefined ? plan.input : takeInput(),
      trigger: { type: kind, execution_id, original: plan.trigger },
      reuse: plan.reuse,
    };
  }

  async #accept(asked: StartOf, choose?: StartRequest['choose']): Promise<ExecutionAccepted> {
    const { organisationId: organisation_id, workflowId, version, input, label, requestId, awaited, trigger, reuse, test } = asked; // prettier-ignore
    // A test may have stand-ins for the steps that cost something.
    if (test === undefined) await this.#credits.require({ organisation_id, workflow_id: workflowId, version });
    const { execution_id, workflow_id, started_at } = await startExecution(this.bus, this.quota, {
      trigger,
      reuse,
      test,
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

/** A new id, which is returned before anything is published under it. */
function newChoice(chosen: (executionId: string) => void): StartRequest['choose'] {
  return () => {
    const id = newId('execution');
    chosen(id);
    return Promise.resolve({ id, acceptedAt: new Date().toISOString() });
  };
}
