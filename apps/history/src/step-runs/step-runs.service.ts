import { Injectable } from '@nestjs/common';
import type { JournalPage, LoopSummary, StepRunDetail, StepRunList } from '@millrace/contracts';
import { LIMITS } from '@millrace/contracts';
import { ExecutionSources, notFound, type ExecutionAddress } from '../executions/execution-sources.js';
import { incompleteOf } from '../executions/execution-views.js';
import { StepInputsService } from '../step-inputs/step-inputs.service.js';
import { JournalView } from './journal-view.js';
import { LoopSummaryReading } from './loop-summary.js';
import { StepDetail } from './step-detail.js';
import { StepPage, type StepPageQuery } from './step-page.js';

/** What is said of the input of a step run that was taken over. */
const NOT_RUN = {
  input: null,
  input_error: {
    code: 'INPUT_UNKNOWN',
    message: 'The step was not run here: its result was taken over. See the execution that this one retries or replays',
  },
} as const;

/** What is said of the input of a step of a test that was not run. */
const STOOD_IN = {
  input: null,
  input_error: {
    code: 'INPUT_UNKNOWN',
    message: 'The step was not run: the test gave what takes the place of its result',
  },
} as const;

/**
 * Returns what happened inside of an execution. Storage has its events in the order in which they came, so each answer reads them
 * one entry after the other; what it keeps of them is bounded. Every method throws what {@link ExecutionSources.read} throws.
 */
@Injectable()
export class StepRunsService {
  constructor(
    private readonly sources: ExecutionSources,
    private readonly inputs: StepInputsService,
  ) {}

  async list(question: ExecutionAddress & StepPageQuery): Promise<StepRunList> {
    const limit = Math.min(question.limit, LIMITS.pageSize);
    const { reading, record } = await this.sources.read(
      question,
      () => new StepPage(question.execution_id, { ...question, limit }),
    );
    return { ...reading.page(), ...(record ? incompleteOf(record) : {}) };
  }

  /** Throws EXECUTION_NOT_FOUND also when no step run with that path has begun. */
  async get(question: ExecutionAddress & { readonly path: string }): Promise<StepRunDetail> {
    const { execution_id, path } = question;
    const { reading, record } = await this.sources.read(question, () => new StepDetail(execution_id, path));
    const detail = reading.detail();
    if (!detail) throw notFound(execution_id);
    const { lastAttempt } = reading;
    if (detail.reused === true) return { ...detail, ...NOT_RUN, ...(record ? incompleteOf(record) : {}) };
    if (detail.stand_in === 'mock' || detail.stand_in === 'pin')
      return { ...detail, ...STOOD_IN, ...(record ? incompleteOf(record) : {}) };
    const input = lastAttempt ? await this.inputs.inputOf({ ...question, ...lastAttempt }) : { input: null };
    return { ...detail, ...input, ...(record ? incompleteOf(record) : {}) };
  }

  /** Throws EXECUTION_NOT_FOUND also when no loop with that path has begun. */
  async loop(question: ExecutionAddress & { readonly path: string }): Promise<LoopSummary> {
    const { reading, record } = await this.sources.read(question, () => new LoopSummaryReading(question.path));
    const summary = reading.summary();
    if (!summary) throw notFound(question.execution_id);
    return { ...summary, ...(record ? incompleteOf(record) : {}) };
  }

  async journal(
    question: ExecutionAddress & { readonly limit: number; readonly starting_after?: string | undefined },
  ): Promise<JournalPage> {
    const limit = Math.min(question.limit, LIMITS.pageSize);
    const { reading, record } = await this.sources.read(
      question,
      () => new JournalView(question.execution_id, limit, question.starting_after),
    );
    return { ...reading.page(), ...(record ? incompleteOf(record) : {}) };
  }
}
