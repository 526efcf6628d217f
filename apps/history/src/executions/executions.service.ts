import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  LIMITS,
  RunRequested,
  type ExecutionList,
  type ExecutionResource,
  type ExecutionStatus,
} from '@millrace/contracts';
import { InjectBus, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CountsRepository } from '../counts/counts.repository.js';
import { eventsOf, inOrder } from './entries.js';
import type { ExecutionDocument } from './execution.schema.js';
import { ExecutionsRepository } from './executions.repository.js';
import { resourceOfAccepted, resourceOfRow, summaryOf } from './execution-views.js';
import { foldExecution } from './fold.js';
import { readJournal } from './journal-entries.js';
import { fromStepRuns, inlineEntries } from './stored-execution.js';

/** The question for one execution, as {@link GetExecution} carries it. */
export interface ExecutionQuestion {
  readonly organisation_id: string;
  readonly execution_id: string;
  readonly workflow_id?: string | undefined;
}

/** The question for a page of executions, as {@link ListExecutions} carries it. */
export interface ListQuestion {
  readonly organisation_id: string;
  readonly workflow_id?: string | undefined;
  readonly status?: Exclude<ExecutionStatus, 'waiting'> | undefined;
  readonly limit: number;
  readonly starting_after?: string | undefined;
}

/** One token of a subject: anything else would address other subjects, those of other organisations among them. */
const SUBJECT_TOKEN = /^[\w-]{1,128}$/;

/** Answers reads. Every query is bound to one organisation: others' executions do not exist. */
@Injectable()
export class ExecutionsService {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly counts: CountsRepository,
    @InjectBus() private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * One execution at any time of its life: accepted (its message waits in RUNS), running (the journal), finished
   * (MongoDB). Throws EXECUTION_NOT_FOUND; SERVICE_UNAVAILABLE when MongoDB is away and nobody else knows the execution.
   */
  async get(question: ExecutionQuestion): Promise<ExecutionResource> {
    const { organisation_id: organisationId, execution_id: executionId, workflow_id: workflowId } = question;
    if (!SUBJECT_TOKEN.test(organisationId) || !SUBJECT_TOKEN.test(executionId)) throw notFound(executionId);
    const resource = await this.look(organisationId, executionId);
    if (!resource || (workflowId !== undefined && resource.workflow_id !== workflowId)) throw notFound(executionId);
    return resource;
  }

  /** Newest first. Throws SERVICE_UNAVAILABLE. */
  async list(question: ListQuestion): Promise<ExecutionList> {
    const limit = Math.min(question.limit, LIMITS.pageSize);
    const filter = {
      org: question.organisation_id,
      wf: question.workflow_id,
      status: question.status,
      before: question.starting_after,
    };
    // One more than asked tells whether there is a next page.
    const rows = await this.fromMongo(() => this.executions.list(filter, limit + 1));
    const page = rows.slice(0, limit);
    const hasMore = rows.length > limit;
    return {
      executions: page.map(summaryOf),
      next_cursor: hasMore ? (page.at(-1)?._id ?? null) : null,
      has_more: hasMore,
    };
  }

  /** How many executions each workflow has had. Throws SERVICE_UNAVAILABLE. */
  async count(organisationId: string, workflowIds: readonly string[]): Promise<Record<string, number>> {
    return this.fromMongo(() => this.counts.count(organisationId, workflowIds));
  }

  private async look(organisationId: string, executionId: string): Promise<ExecutionResource | null> {
    const stored = await this.stored(organisationId, executionId);
    const record = stored.record;
    if (record && isWhole(record))
      return foldExecution(executionId, eventsOf(await inlineEntries(record))) ?? resourceOfRow(record);

    const running = await this.fromJournal(organisationId, executionId, record);
    if (running) return running;
    if (record) return resourceOfRow(record);

    const address = { organisation_id: organisationId, execution_id: executionId };
    const accepted = await this.bus.lastOnSubject(RunRequested, address);
    if (accepted) return resourceOfAccepted(accepted.payload);
    // Claimed, and even finished, between the two looks: then its message has gone, but the journal has it.
    const claimed = await this.fromJournal(organisationId, executionId, null);
    if (!claimed && stored.failure) throw stored.failure;
    return claimed;
  }

  /**
   * The view by the journal, which is never behind MongoDB; what its retention has removed, MongoDB has.
   */
  private async fromJournal(
    organisationId: string,
    executionId: string,
    record: ExecutionDocument | null,
  ): Promise<ExecutionResource | null> {
    const journal = await readJournal(this.bus, organisationId, executionId);
    if (!record || journal[0]?.events[0]?.type === 'started') return foldExecution(executionId, eventsOf(journal));
    const kept = [
      ...(await inlineEntries(record)),
      ...(await fromStepRuns(await this.executions.findStepRuns(executionId))),
    ];
    return foldExecution(executionId, eventsOf(inOrder([...kept, ...journal])));
  }

  /** The record, or the failure to ask for it: an unfinished execution can be answered without MongoDB. */
  private async stored(
    organisationId: string,
    executionId: string,
  ): Promise<{ record: ExecutionDocument | null; failure?: AppError }> {
    try {
      return { record: await this.fromMongo(() => this.executions.find(organisationId, executionId)) };
    } catch (error) {
      if (error instanceof AppError) return { record: null, failure: error };
      throw error;
    }
  }

  private async fromMongo<Result>(read: () => Promise<Result>): Promise<Result> {
    if (!this.executions.reachable) throw unavailable();
    try {
      return await read();
    } catch (error) {
      this.logger.warn({ err: error }, 'MongoDB did not answer a read');
      throw unavailable(error);
    }
  }
}

/** True when the record's own events tell the whole execution. */
function isWhole(record: ExecutionDocument): boolean {
  return record.status !== 'running' && record.events !== undefined && record.inline_seq >= record.seq;
}

function notFound(executionId: string): AppError {
  return new AppError('EXECUTION_NOT_FOUND', { details: { execution_id: executionId } });
}

function unavailable(cause?: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The history of executions is not available at the moment; try again',
    details: { service: 'mongodb' },
    cause,
  });
}
