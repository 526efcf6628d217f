import { Injectable } from '@nestjs/common';
import {
  LIMITS,
  type ExecutionCount,
  type ExecutionEvent,
  type ExecutionList,
  type ExecutionResource,
  type LastExecution,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { CountsRepository } from '../counts/counts.repository.js';
import type { Entry } from './entries.js';
import type { ExecutionDocument } from './execution.schema.js';
import { filterOf, type FilterQuestion } from './execution-filter.js';
import { ExecutionListsRepository } from './execution-lists.repository.js';
import { ExecutionSources, notFound, requireAddress, type EntryReading } from './execution-sources.js';
import { resourceOfAccepted, resourceOfIncomplete, resourceOfRow, summaryOf } from './execution-views.js';
import { ExecutionFold } from './fold.js';

/** The question for one execution, as {@link GetExecution} carries it. */
export interface ExecutionQuestion {
  readonly organisation_id: string;
  readonly execution_id: string;
  readonly workflow_id?: string | undefined;
  readonly steps?: 'none' | undefined;
  /** The sequence of an entry that its journal has, which the answer is to know of. */
  readonly at_least?: number | undefined;
}

/** The question for a page of executions, as {@link ListExecutions} carries it. */
export interface ListQuestion extends FilterQuestion {
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

/** Serves reads. Every query is bound to one organisation: others' executions do not exist. */
@Injectable()
export class ExecutionsService {
  constructor(
    private readonly lists: ExecutionListsRepository,
    private readonly counts: CountsRepository,
    private readonly sources: ExecutionSources,
  ) {}

  /**
   * One execution at any time of its life: accepted (its message waits in RUNS), running (the journal), finished
   * (MongoDB). Throws EXECUTION_NOT_FOUND; INPUT_LOST while its message waits and cannot be read; SERVICE_UNAVAILABLE when MongoDB is
   * away and the execution is found nowhere else.
   */
  async get(question: ExecutionQuestion): Promise<ExecutionResource> {
    requireAddress(question);
    const resource = await this.#look(question);
    if (!resource || (question.workflow_id !== undefined && resource.workflow_id !== question.workflow_id))
      throw notFound(question.execution_id);
    return resource;
  }

  /** Newest first. Throws SERVICE_UNAVAILABLE. */
  async list(question: ListQuestion): Promise<ExecutionList> {
    const limit = Math.min(question.limit, LIMITS.pageSize);
    // One more than requested shows whether there is a next page.
    const rows = await this.sources.fromMongo(() =>
      this.lists.page(filterOf(question), question.starting_after, limit + 1),
    );
    const page = rows.slice(0, limit);
    const hasMore = rows.length > limit;
    return {
      executions: page.map(summaryOf),
      next_cursor: hasMore ? (page.at(-1)?._id ?? null) : null,
      has_more: hasMore,
    };
  }

  /**
   * The ids of those that match, oldest first; of more than `limit` the newest ones. Read page by page, so that no query takes long.
   * Throws SERVICE_UNAVAILABLE.
   */
  async match({ limit, ...question }: FilterQuestion & { readonly limit: number }): Promise<string[]> {
    const filter = filterOf(question);
    const ids: string[] = [];
    for (let isMore = true; isMore && ids.length < limit;) {
      const wanted = Math.min(LIMITS.matchedIdsPage, limit - ids.length);
      const page = await this.sources.fromMongo(() => this.lists.ids(filter, ids.at(-1), wanted));
      ids.push(...page);
      isMore = page.length === wanted;
    }
    return ids.reverse();
  }

  /** How many there are, counted as far as `LIMITS.executionsCounted`. Throws SERVICE_UNAVAILABLE. */
  async countMatching(question: FilterQuestion): Promise<ExecutionCount> {
    const most = LIMITS.executionsCounted;
    const found = await this.sources.fromMongo(() => this.lists.count(filterOf(question), most + 1));
    return { count: Math.min(found, most), more: found > most };
  }

  /** How many executions each workflow has had. Throws SERVICE_UNAVAILABLE. */
  async count(organisationId: string, workflowIds: readonly string[]): Promise<Record<string, number>> {
    return this.sources.fromMongo(() => this.counts.count(organisationId, workflowIds));
  }

  /** The same, and the last execution of each whose record is there. Throws SERVICE_UNAVAILABLE. */
  async activity(
    organisationId: string,
    workflowIds: readonly string[],
  ): Promise<{ counts: Record<string, number>; last: Record<string, LastExecution> }> {
    const { counts, last } = await this.sources.fromMongo(() => this.counts.activity(organisationId, workflowIds));
    const rows = await this.sources.fromMongo(() => this.lists.ofIds(organisationId, [...last.values()]));
    return {
      counts,
      last: Object.fromEntries(
        rows.map(({ _id: id, wf, status, started_at }) => [wf, { id, status, started_at: started_at.toISOString() }]),
      ),
    };
  }

  /**
   * One value of an execution, whole, as JSON text. Throws EXECUTION_NOT_FOUND, also for a value that is not there (yet), and
   * INPUT_LOST and SERVICE_UNAVAILABLE as {@link get}.
   */
  async value(question: ValueQuestion): Promise<string> {
    requireAddress(question);
    const stored = await this.sources.stored(question);
    const found = await this.#find(question, stored.record);
    if (found !== null) return found;
    if (question.value !== 'input') throw stored.failure ?? notFound(question.execution_id);
    const accepted = await this.sources.accepted(question);
    if (accepted.run) return stringifyJson(accepted.run.input ?? null);
    // As in `look`.
    const claimed = await this.#find(question, null);
    if (claimed === null) throw accepted.failure ?? stored.failure ?? notFound(question.execution_id);
    return claimed;
  }

  async #find(question: ValueQuestion, record: ExecutionDocument | null): Promise<string | null> {
    const { reading } = await this.sources.readOnce(question, record, () => new ValueReading(question));
    return reading.json;
  }

  async #look(question: ExecutionQuestion): Promise<ExecutionResource | null> {
    const stored = await this.sources.stored(question);
    const { record } = stored;
    const running = await this.#fold(question, record);
    if (record?.missing?.length) return resourceOfIncomplete(record, running);
    if (running) return running;
    if (record) return resourceOfRow(record);

    const accepted = await this.sources.accepted(question);
    if (accepted.run) return resourceOfAccepted(accepted.run);
    // Claimed, and even finished, between the two looks: then its message has gone, or what it refers to, but the journal has it.
    const claimed = await this.#fold(question, null);
    const failure = accepted.failure ?? stored.failure;
    if (!claimed && failure) throw failure;
    return claimed;
  }

  /** The view by the journal, which is never behind MongoDB; what is gone from the journal, MongoDB has. */
  async #fold(question: ExecutionQuestion, record: ExecutionDocument | null): Promise<ExecutionResource | null> {
    const { execution_id, steps, at_least } = question;
    const begin = () => {
      const fold = new ExecutionFold(execution_id, steps);
      return {
        fold,
        add({ events }: Entry): boolean {
          fold.add(events);
          return true;
        },
      };
    };
    const { reading } = await this.sources.readOnce(question, record, begin, { atLeast: at_least });
    return reading.fold.view();
  }
}

/** Looks for the one event that has a value, as JSON. */
class ValueReading implements EntryReading {
  json: string | null = null;

  constructor(private readonly question: ValueQuestion) {}

  add({ events }: Entry): boolean {
    const event = events.find((one) => holds(one, this.question));
    if (event) this.json = stringifyJson((event.type === 'started' ? event.input : valueOf(event)) ?? null);
    return event === undefined;
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
