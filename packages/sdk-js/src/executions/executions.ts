import type { APIPromise } from '../api-promise.js';
import type { CallOptions } from '../options.js';
import type { PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { Execution, ExecutionList, ExecutionListQuery, ExecutionSummary } from '../types.js';
import { executionPages } from './execution-pages.js';
import { readExecution, waitForExecution, type WaitOptions } from './wait.js';

/** `client.executions` */
export class Executions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get(executionId: string, options?: CallOptions): APIPromise<Execution> {
    return readExecution(this.#transport, executionId, options);
  }

  /** Newest first. */
  list(query: ExecutionListQuery = {}, options?: CallOptions): PagePromise<ExecutionSummary, ExecutionList> {
    return executionPages(this.#transport, '/executions', query, options);
  }

  /**
   * The execution once it has ended, however it ended, unless `throwOnFailure`.
   *
   * @throws WaitTimeoutError when it has not ended in time
   */
  wait(executionId: string, options: WaitOptions = {}): Promise<Execution> {
    return waitForExecution(this.#transport, executionId, options);
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

  #value(valuePath: string, options: CallOptions | undefined): APIPromise<unknown> {
    return this.#transport.call({ method: 'GET', path: valuePath, options });
  }
}
