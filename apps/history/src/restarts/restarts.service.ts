import { Inject, Injectable } from '@nestjs/common';
import {
  ActiveSnapshot,
  AppError,
  isOpenStatus,
  isTest,
  toldTrigger,
  VersionSnapshot,
  type PlanRestart,
  type ReadReused,
} from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import { BUS, workMeter, type Bus } from '@millrace/messaging';
import { planWorkflow, type WorkflowPlan } from '@millrace/schema';
import type { z } from 'zod';
import type { ExecutionDocument } from '../executions/execution.schema.js';
import { ExecutionSources } from '../executions/execution-sources.js';
import { planReplay } from './replay-planner.js';
import { isReused } from './reused-events.js';
import { ReusedPage } from './reused-page.js';
import { SourceReading } from './source-reading.js';

type Question = z.output<typeof PlanRestart.question>;
type Answer = z.output<typeof PlanRestart.answer>;
type Source = SourceReading & { readonly started: NonNullable<SourceReading['started']> };

/**
 * Returns what executions that retry or replay others begin with: to the gateway, which starts them, what they take over; to the executor, which
 * runs them, the events themselves. An execution that has ended does not change, so both see the same. See docs/adr/0067-retry-and-replay.md.
 */
@Injectable()
export class RestartsService {
  constructor(
    private readonly sources: ExecutionSources,
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
  ) {}

  /** Throws as {@link PlanRestart} says. */
  async plan(question: Question): Promise<Answer> {
    const { reading, record } = await this.sources.read(question, () => new SourceReading());
    const source = endedSource(question.execution_id, reading, record);
    if (question.test !== undefined) requireSameWorkflow(question.test, source);
    else if (isTest(source.started.trigger))
      throw new AppError('EXECUTION_IS_TEST', { details: { execution_id: question.execution_id } });
    const isRetry = question.kind === 'retry';
    const answer = isRetry ? this.#retry(question, source, record) : await this.#replay(question, source, record);
    const { label, input = null } = source.started;
    return {
      workflow_id: source.started.workflow_id,
      trigger: toldTrigger(source.started.trigger),
      ...(label === undefined ? {} : { label }),
      ...(question.with_input === true ? { input } : {}),
      ...answer,
    };
  }

  /** Throws EXECUTION_NOT_FOUND, SERVICE_UNAVAILABLE. */
  async reused(question: z.output<typeof ReadReused.question>): Promise<z.output<typeof ReadReused.answer>> {
    const { organisation_id, reuse, skip } = question;
    const address = { organisation_id, execution_id: reuse.execution_id };
    const { reading } = await this.sources.read(address, () => new ReusedPage(reuse, skip));
    return reading.page();
  }

  #retry(
    { execution_id }: Question,
    { started, ended, results }: Source,
    record: ExecutionDocument | null,
  ): Pick<Answer, 'version' | 'reuse'> {
    if (ended?.type === 'completed') throw new AppError('EXECUTION_NOT_FAILED', { details: { execution_id } });
    requireWhole(execution_id, record);
    const { version } = started;
    const failed_path = ended?.type === 'failed' ? ended.path : undefined;
    const reuse = { execution_id, ...(failed_path === undefined ? {} : { failed_path }) };
    // Of one that has done nothing, nothing is frozen either.
    const takes = (path: string) => isReused({ type: 'step_skipped', at: '', path, step_type: '' }, { failed_path });
    return { version, ...(results.some(takes) ? { reuse } : {}) };
  }

  async #replay(
    question: Question,
    source: Source,
    record: ExecutionDocument | null,
  ): Promise<Pick<Answer, 'version' | 'reuse' | 'plan'>> {
    const { organisation_id, execution_id, from_step } = question;
    const { workflow_id } = source.started;
    const version = question.version ?? (await this.#activeVersion(organisation_id, workflow_id));
    if (from_step !== undefined) requireWhole(execution_id, record);
    const workflow = await this.#planOf(organisation_id, workflow_id, version, question.test?.document);
    const target = { executionId: execution_id, workflowId: workflow_id, version, plan: workflow, fromStep: from_step };
    const { plan, reused } = planReplay(source, target);
    return { version, plan, ...(reused.length === 0 ? {} : { reuse: { execution_id, steps: reused } }) };
  }

  async #activeVersion(owner: string, workflow_id: string): Promise<number> {
    const active = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id });
    if (active?.organisation_id !== owner) throw new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id } });
    return active.version;
  }

  /** `document`: what a test runs in the place of the version, which definitions has validated. */
  async #planOf(owner: string, workflow_id: string, version: number, document?: string): Promise<WorkflowPlan> {
    if (document !== undefined) return planned(owner, document);
    const snapshot = await this.bus.snapshots.get(VersionSnapshot, { workflow_id, version });
    if (snapshot?.organisation_id !== owner)
      throw new AppError('VERSION_NOT_FOUND', { details: { workflow_id, version } });
    return planned(owner, snapshot.document);
  }
}

function planned(owner: string, document: string): WorkflowPlan {
  return workMeter.run('planning a replay', owner, () => planWorkflow(parseJson(document)));
}

/** By a step's id another workflow means another step. Throws REUSE_IMPOSSIBLE. */
function requireSameWorkflow({ workflow_id }: NonNullable<Question['test']>, { started }: Source): void {
  if (started.workflow_id === workflow_id) return;
  throw new AppError('REUSE_IMPOSSIBLE', {
    message: `The execution is one of the workflow ${started.workflow_id}, and another one is tried`,
    details: { workflow_id: started.workflow_id },
  });
}

/** What is known of an execution that has ended. Throws EXECUTION_NOT_FINISHED, INPUT_LOST. */
function endedSource(executionId: string, source: SourceReading, record: ExecutionDocument | null): Source {
  const details = { execution_id: executionId };
  const hasEnded = source.ended !== undefined || (record !== null && !isOpenStatus(record.status));
  if (!hasEnded) throw new AppError('EXECUTION_NOT_FINISHED', { details });
  const { started, ended } = source;
  const isLost = ended?.type === 'failed' && ended.error.code === 'INPUT_LOST';
  if (started === undefined || isLost) throw new AppError('INPUT_LOST', { details });
  return source as Source;
}

/** Throws REUSE_IMPOSSIBLE for an execution of which something is lost: that could be the result which must not be missing. */
function requireWhole(executionId: string, record: ExecutionDocument | null): void {
  if (!record?.missing?.length) return;
  throw new AppError('REUSE_IMPOSSIBLE', {
    message:
      'A part of what the execution did is lost, so it is not known which results it had; replay it without from_step, which does all of it again',
    details: { execution_id: executionId },
  });
}
