import type { APIPromise } from '../api-promise.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  BulkAccepted,
  BulkPlan,
  BulkRequest,
  CancelRequest,
  SignalRequest,
  Execution,
  ExecutionAccepted,
  ExecutionCount,
  ExecutionCountQuery,
  ExecutionList,
  ExecutionListQuery,
  ExecutionStats,
  ExecutionStatsQuery,
  ExecutionSummary,
  File,
  FileList,
  FileListQuery,
  JournalEvent,
  JournalPage,
  JournalQuery,
  LiveEvent,
  LoopSummary,
  PauseRequest,
  ReplayPlan,
  ReplayPlanQuery,
  ReplayRequest,
  StepRun,
  StepRunDetail,
  StepRunList,
  StepRunListQuery,
} from '../types.js';
import { EventStream, type StreamOptions } from '../events/event-stream.js';
import { executionPages } from './execution-pages.js';
import { EXECUTION, readExecution, waitForExecution, withId, type ReadOptions, type WaitOptions } from './wait.js';

/** The types of events behind which nothing comes. */
const LAST_EVENTS: readonly string[] = ['completed', 'failed', 'cancelled', 'incomplete'];

/** `client.executions` */
export class Executions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** With `steps: 'none'` without step runs: `steps_total` counts them. */
  get(executionId: string, options?: ReadOptions): APIPromise<Execution> {
    return readExecution(this.#transport, executionId, options);
  }

  /** Newest first. */
  list(query: ExecutionListQuery = {}, options?: CallOptions): PagePromise<ExecutionSummary, ExecutionList> {
    return executionPages(this.#transport, '/executions', query, options);
  }

  /** How many there are; more than 10,000 are not counted. */
  count(query: ExecutionCountQuery = {}, options?: CallOptions): APIPromise<ExecutionCount> {
    return this.#transport.call({
      has: 'count',
      method: 'GET',
      path: '/executions/count',
      query: { ...query },
      options,
    });
  }

  /** How they ended, over time; with `by: 'workflow'` also those of the busiest workflows. */
  stats(query: ExecutionStatsQuery = {}, options?: CallOptions): APIPromise<ExecutionStats> {
    return this.#transport.call({
      has: 'totals',
      method: 'GET',
      path: '/stats/executions',
      query: { ...query },
      options,
    });
  }

  /** The step runs in the order of their starts; with `parent` those directly inside of a loop or parallel. */
  listSteps(
    executionId: string,
    query: StepRunListQuery = {},
    options?: CallOptions,
  ): PagePromise<StepRun, StepRunList> {
    const target = path`/executions/${executionId}/steps`;
    const page = (starting_after: string | undefined) =>
      this.#transport.call<StepRunList>({
        list: 'steps',
        method: 'GET',
        path: target,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ steps }) => steps);
  }

  /** One step run with its attempts; `stepPath` is its `path`, such as `loop[3].step`. */
  getStep(executionId: string, stepPath: string, options?: CallOptions): APIPromise<StepRunDetail> {
    return this.#transport.call({
      has: 'step_id',
      method: 'GET',
      path: path`/executions/${executionId}/steps/${stepPath}`,
      options,
    });
  }

  /** Counts, failed and slowest iterations of a loop; `loopPath` is the path of its step run. */
  getLoop(executionId: string, loopPath: string, options?: CallOptions): APIPromise<LoopSummary> {
    return this.#transport.call({
      has: 'cells',
      method: 'GET',
      path: path`/executions/${executionId}/loops/${loopPath}`,
      options,
    });
  }

  /** The recorded events, for support. */
  listJournal(
    executionId: string,
    query: JournalQuery = {},
    options?: CallOptions,
  ): PagePromise<JournalEvent, JournalPage> {
    const target = path`/executions/${executionId}/journal`;
    const page = (starting_after: string | undefined) =>
      this.#transport.call<JournalPage>({
        list: 'events',
        method: 'GET',
        path: target,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ events }) => events);
  }

  /**
   * What happens in an execution, from its beginning or behind `lastEventId`; the loop ends with the event that ends the execution. Inputs and
   * outputs are not among it: {@link get} has them.
   */
  events(executionId: string, options: StreamOptions = {}): EventStream<LiveEvent> {
    return new EventStream(this.#transport, { path: path`/executions/${executionId}/events` }, options, ({ type }) =>
      LAST_EVENTS.includes(type),
    );
  }

  /**
   * The execution once it has ended, however it ended, unless `throwOnFailure`.
   *
   * @throws WaitTimeoutError when it has not ended in time
   */
  wait(executionId: string, options: WaitOptions = {}): Promise<Execution> {
    return waitForExecution(this.#transport, executionId, options);
  }

  /**
   * Asks an execution to end as `cancelled`. One that waits has ended in the answer; one that runs is still `running` in it, and stops within
   * moments: {@link wait} returns it then. `cancellation.in_flight` names what had begun outside and cannot be undone.
   *
   * @throws ConflictError EXECUTION_FINISHED when it has ended
   */
  cancel(executionId: string, request: CancelRequest = {}, options?: WriteOptions): APIPromise<Execution> {
    const target = path`/executions/${executionId}/cancel`;
    return this.#transport.call({ has: EXECUTION, method: 'POST', path: target, body: request, options });
  }

  /**
   * Sends a signal to an execution: a `wait` step with that `signal` ends with it, now or once it waits. `signal_id` distinguishes a repetition from another signal; without one the
   * idempotency key of the call does.
   *
   * @throws ConflictError EXECUTION_FINISHED when it has ended, SIGNALS_FULL when it was sent too many that no step has had
   */
  signal(
    executionId: string,
    name: string,
    request: SignalRequest = {},
    options?: WriteOptions,
  ): APIPromise<Execution> {
    const target = path`/executions/${executionId}/signals/${name}`;
    return this.#transport.call({ has: EXECUTION, method: 'POST', path: target, body: request, options });
  }

  /**
   * From then on an execution begins no step; what is under way ends. It is `waiting` then, until it is resumed or cancelled.
   *
   * @throws ConflictError EXECUTION_FINISHED when it has ended
   */
  pause(executionId: string, request: PauseRequest = {}, options?: WriteOptions): APIPromise<Execution> {
    const target = path`/executions/${executionId}/pause`;
    return this.#transport.call({ has: EXECUTION, method: 'POST', path: target, body: request, options });
  }

  /** Lets a paused execution go on. */
  resume(executionId: string, options?: WriteOptions): APIPromise<Execution> {
    return this.#transport.call({
      has: EXECUTION,
      method: 'POST',
      path: path`/executions/${executionId}/resume`,
      options,
    });
  }

  /**
   * Goes on from where a failed or cancelled execution stopped, in a new one: what that had done is not done again. Returns when it is accepted.
   *
   * @throws ConflictError EXECUTION_NOT_FINISHED while it goes on, EXECUTION_NOT_FAILED when it is completed
   */
  retry(executionId: string, options?: WriteOptions): APIPromise<ExecutionAccepted> {
    const target = path`/executions/${executionId}/retry`;
    return this.#transport
      .call<ExecutionAccepted>({ has: EXECUTION, method: 'POST', path: target, keyed: true, options })
      .map(withId);
  }

  /**
   * Does an execution again in a new one: from a step, on a version or with an input of your choice. {@link replayPlan} says before what that
   * repeats. Returns when it is accepted.
   *
   * @throws ConflictError EXECUTION_NOT_FINISHED while it goes on
   */
  replay(executionId: string, request: ReplayRequest = {}, options?: WriteOptions): APIPromise<ExecutionAccepted> {
    const target = path`/executions/${executionId}/replay`;
    const call = { has: EXECUTION, method: 'POST', path: target, body: request, keyed: true, options };
    return this.#transport.call<ExecutionAccepted>(call).map(withId);
  }

  /** What a replay would take over, what it would run, and which side effects that repeats. */
  replayPlan(executionId: string, query: ReplayPlanQuery = {}, options?: CallOptions): APIPromise<ReplayPlan> {
    const target = path`/executions/${executionId}/replay-plan`;
    return this.#transport.call({ has: 'repeats', method: 'GET', path: target, query: { ...query }, options });
  }

  /**
   * Cancels, retries or replays all executions that match, by a job: `jobs.get` says what became of each. With `dry_run` it only says how many
   * there are.
   */
  bulk(request: BulkRequest, options?: WriteOptions): APIPromise<BulkAccepted | BulkPlan> {
    return this.#transport.call({
      has: 'matched',
      method: 'POST',
      path: '/executions/bulk',
      body: request,
      keyed: true,
      options,
    });
  }

  /** The input alone, also when it is too large to be in the execution. */
  getInput(executionId: string, options?: CallOptions): APIPromise<unknown> {
    return this.#value(path`/executions/${executionId}/input`, options);
  }

  /** The output alone, also when it is too large to be in the execution. */
  getOutput(executionId: string, options?: CallOptions): APIPromise<unknown> {
    return this.#value(path`/executions/${executionId}/output`, options);
  }

  /** The output of a step run alone; `stepPath` is its `path`, such as `loop[3].step`. */
  getStepOutput(executionId: string, stepPath: string, options?: CallOptions): APIPromise<unknown> {
    return this.#value(path`/executions/${executionId}/steps/${stepPath}/output`, options);
  }

  /** The files that belong to an execution, in the order in which they were stored. */
  listFiles(executionId: string, query: FileListQuery = {}, options?: CallOptions): PagePromise<File, FileList> {
    const target = path`/executions/${executionId}/files`;
    const page = (starting_after: string | undefined) =>
      this.#transport.call<FileList>({
        list: 'files',
        method: 'GET',
        path: target,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ files }) => files);
  }

  /** The content of a file; `fileId` is the `id` in a `{file: {id, …}}` of an input or output. */
  downloadFile(fileId: string, options?: CallOptions): APIPromise<Uint8Array> {
    return this.#transport.call({ method: 'GET', path: path`/files/${fileId}`, asBytes: true, options });
  }

  #value(valuePath: string, options: CallOptions | undefined): APIPromise<unknown> {
    return this.#transport.call({ method: 'GET', path: valuePath, options });
  }
}
