import type { APIPromise } from '../api-promise.js';
import { executionPages } from '../executions/execution-pages.js';
import { EXECUTION, withId, type ReadOptions } from '../executions/wait.js';
import type { CallOptions } from '../options.js';
import type { PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { Execution, ExecutionList, ExecutionListQuery, ExecutionSummary } from '../types.js';

/** `client.workflows.executions` */
export class WorkflowExecutions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of one workflow, newest first. */
  list(
    workflowId: string,
    query: Omit<ExecutionListQuery, 'workflow_id'> = {},
    options?: CallOptions,
  ): PagePromise<ExecutionSummary, ExecutionList> {
    return executionPages(this.#transport, path`/workflows/${workflowId}/executions`, query, options);
  }

  get(workflowId: string, executionId: string, { steps, ...options }: ReadOptions = {}): APIPromise<Execution> {
    const target = path`/workflows/${workflowId}/executions/${executionId}`;
    return this.#transport
      .call<Execution>({ has: EXECUTION, method: 'GET', path: target, query: { steps }, options })
      .map(withId);
  }
}
