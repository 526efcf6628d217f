import type { APIPromise } from '../api-promise.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { EXECUTION } from '../executions/wait.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  BackfillAccepted,
  BackfillPlan,
  BackfillRequest,
  ExecutionAccepted,
  Schedule,
  ScheduleList,
  ScheduleListQuery,
  SchedulePause,
  SchedulePreview,
  SchedulePreviewRequest,
} from '../types.js';

/** `client.schedules` */
export class Schedules {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of all workflows, with what became of their times. */
  list(query: ScheduleListQuery = {}, options?: CallOptions): PagePromise<Schedule, ScheduleList> {
    return this.#pages('/schedules', query, options);
  }

  /** Those of one workflow, in the order of its document. */
  listOfWorkflow(
    workflowId: string,
    query: ScheduleListQuery = {},
    options?: CallOptions,
  ): PagePromise<Schedule, ScheduleList> {
    return this.#pages(path`/workflows/${workflowId}/schedules`, query, options);
  }

  /** When a schedule would be due; nothing is stored. */
  preview(request: SchedulePreviewRequest, options?: WriteOptions): APIPromise<SchedulePreview> {
    return this.#transport.call({ has: 'runs', method: 'POST', path: '/schedules/preview', body: request, options });
  }

  /** Starts an execution now, as the schedule would; its times stay what they are. */
  trigger(workflowId: string, index: number, options?: WriteOptions): APIPromise<ExecutionAccepted> {
    const target = path`/workflows/${workflowId}/schedules/${String(index)}/trigger`;
    return this.#transport.call({ has: EXECUTION, method: 'POST', path: target, options });
  }

  /** Starts nothing by this schedule until it is resumed. */
  pause(workflowId: string, index: number, options?: WriteOptions): APIPromise<SchedulePause> {
    const target = path`/workflows/${workflowId}/schedules/${String(index)}/pause`;
    return this.#transport.call({ has: 'id', method: 'POST', path: target, options });
  }

  /** What was due meanwhile is not made up for. */
  resume(workflowId: string, index: number, options?: WriteOptions): APIPromise<SchedulePause> {
    const target = path`/workflows/${workflowId}/schedules/${String(index)}/resume`;
    return this.#transport.call({ has: 'id', method: 'POST', path: target, options });
  }

  /** Starts the executions of nominal times that are over, by a job; with `dry_run` it only says which times there are. */
  backfill(
    workflowId: string,
    index: number,
    request: BackfillRequest,
    options?: WriteOptions,
  ): APIPromise<BackfillAccepted | BackfillPlan> {
    const target = path`/workflows/${workflowId}/schedules/${String(index)}/backfill`;
    return this.#transport.call({ has: 'matched', method: 'POST', path: target, body: request, options });
  }

  #pages(target: string, query: ScheduleListQuery, options?: CallOptions): PagePromise<Schedule, ScheduleList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<ScheduleList>({
        list: 'schedules',
        method: 'GET',
        path: target,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ schedules }) => schedules);
  }
}
