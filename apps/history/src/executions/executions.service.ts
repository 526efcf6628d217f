import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  LIMITS,
  RunRequested,
  type ExecutionEvent,
  type ExecutionList,
  type ExecutionResource,
  type ExecutionStatus,
  type RunRequest,
} from '@millrace/contracts';
import { BUS, isUnreadable, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CountsRepository } from '../counts/counts.repository.js';
import { eventsOf } from './entries.js';
import { EntryReader } from './entry-reader.js';
import { OPEN_STATUSES, type ExecutionDocument } from './execution.schema.js';
import { ExecutionsRepository } from './executions.repository.js';
import { resourceOfAccepted, resourceOfIncomplete, resourceOfRow, summaryOf } from './execution-views.js';
import { ExecutionFold, foldExecution } from './fold.js';
import { ReadGate } from './read-gate.js';
import { inlineEntries } from './stored-execution.js';

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
  readonly status?: ExecutionStatus | undefined;
  readonly limit: number;
  readonly starting_after?: string | undefined;
}

/** The question for one value, as {@link GetExecutionValue} carries it. */
export interface ValueQuestion {
  readonly organisation_id: string;
  readonly execution_id: string;
  readonly value: 'input' | 'output' | 'step_output';
  readonly path?: string | undefined;
}

/** One token of a subject: anything else would address other subjects, those of other organisations among them. */
const SUBJECT_TOKEN = /^[\w-]{1,128}$/;

/** Answers reads. Every query is bound to one organisation: others' executions do not exist. */
@Injectable()
export class ExecutionsService {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly counts: CountsRepository,
    private readonly entries: EntryReader,
    private readonly gate: ReadGate,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * One execution at any time of its life: accepted (its message waits in RUNS), running (the journal), finished
   * (MongoDB). Throws EXECUTION_NOT_FOUND; INPUT_LOST while its message waits and cannot be read; SERVICE_UNAVAILABLE when MongoDB is
   * away and the execution is found nowhere else.
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
    // One more than requested shows whether there is a next page.
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

  /**
   * One value of an execution, whole, as JSON text. Throws EXECUTION_NOT_FOUND, also for a value that is not there (yet), and
   * INPUT_LOST and SERVICE_UNAVAILABLE as {@link get}.
   */
  async value(question: ValueQuestion): Promise<string> {
    const { organisation_id: organisationId, execution_id: executionId } = question;
    if (!SUBJECT_TOKEN.test(organisationId) || !SUBJECT_TOKEN.test(executionId)) throw notFound(executionId);
    const stored = await this.stored(organisationId, executionId);
    const found = await this.find(question, stored.record);
    if (found !== null) return found;
    if (question.value !== 'input') throw stored.failure ?? notFound(executionId);
    const accepted = await this.accepted(organisationId, executionId);
    if (accepted.run) return JSON.stringify(accepted.run.input ?? null);
    // As in `look`.
    const claimed = await this.find(question, null);
    if (claimed === null) throw accepted.failure ?? stored.failure ?? notFound(executionId);
    return claimed;
  }

  private async find(question: ValueQuestion, record: ExecutionDocument | null): Promise<string | null> {
    const { organisation_id: organisationId, execution_id: executionId } = question;
    return this.gate.run(organisationId, async (stillWanted) => {
      for await (const entry of this.entries.read(organisationId, executionId, record)) {
        stillWanted();
        const event = entry.events.find((one) => holds(one, question));
        if (event) return JSON.stringify((event.type === 'started' ? event.input : valueOf(event)) ?? null);
      }
      return null;
    });
  }

  private async look(organisationId: string, executionId: string): Promise<ExecutionResource | null> {
    const stored = await this.stored(organisationId, executionId);
    const record = stored.record;
    if (record && isWhole(record))
      return foldExecution(executionId, eventsOf(await inlineEntries(record))) ?? resourceOfRow(record);

    const running = await this.fold(organisationId, executionId, record);
    if (record?.missing?.length) return resourceOfIncomplete(record, running);
    if (running) return running;
    if (record) return resourceOfRow(record);

    const accepted = await this.accepted(organisationId, executionId);
    if (accepted.run) return resourceOfAccepted(accepted.run);
    // Claimed, and even finished, between the two looks: then its message has gone, or what it refers to, but the journal has it.
    const claimed = await this.fold(organisationId, executionId, null);
    const failure = accepted.failure ?? stored.failure;
    if (!claimed && failure) throw failure;
    return claimed;
  }

  /** The view by the journal, which is never behind MongoDB; what is gone from the journal, MongoDB has. */
  private async fold(
    organisationId: string,
    executionId: string,
    record: ExecutionDocument | null,
  ): Promise<ExecutionResource | null> {
    return this.gate.run(organisationId, async (stillWanted) => {
      const fold = new ExecutionFold(executionId);
      for await (const entry of this.entries.read(organisationId, executionId, record)) {
        stillWanted();
        fold.add(entry.events);
      }
      return fold.view();
    });
  }

  /** What an execution was asked for with, while its message waits in RUNS; it holds the whole input. Or that it cannot be read. */
  private async accepted(
    organisation_id: string,
    execution_id: string,
  ): Promise<{ run: RunRequest | null; failure?: AppError }> {
    return this.gate.run(organisation_id, async () => {
      try {
        const message = await this.bus.lastOnSubject(RunRequested, { organisation_id, execution_id });
        return { run: message?.payload ?? null };
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        return { run: null, failure: inputLost(execution_id, error) };
      }
    });
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

/** The event that has a value. The first result of a step is final, and so is the first end. */
function holds(event: ExecutionEvent, { value, path }: ValueQuestion): boolean {
  if (value === 'input') return event.type === 'started';
  return value === 'output' ? event.type === 'completed' : event.type === 'step_completed' && event.path === path;
}

function valueOf(event: ExecutionEvent): unknown {
  return 'output' in event ? event.output : null;
}

/** True when the record's own events are the whole execution. */
function isWhole(record: ExecutionDocument): boolean {
  return (
    !OPEN_STATUSES.includes(record.status) &&
    !record.missing?.length &&
    record.events !== undefined &&
    record.inline_seq >= record.seq
  );
}

function notFound(executionId: string): AppError {
  return new AppError('EXECUTION_NOT_FOUND', { details: { execution_id: executionId } });
}

function inputLost(executionId: string, cause: unknown): AppError {
  return new AppError('INPUT_LOST', {
    message:
      'What the execution was to start with cannot be read any more; it fails when its turn comes. Start it again',
    details: { execution_id: executionId },
    cause,
  });
}

function unavailable(cause?: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The history of executions is not available at the moment; try again',
    details: { service: 'mongodb' },
    cause,
  });
}
