import type { APIPromise } from '../api-promise.js';
import { cryptography } from '../cryptography.js';
import { EXECUTION, startAndWait, withId, type WaitOptions } from '../executions/wait.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  EvaluateRequest,
  Evaluation,
  ExecuteParams,
  Execution,
  ExecutionAccepted,
  StepTest,
  StepTestRequest,
  Workflow,
  WorkflowDocument,
  WorkflowList,
  WorkflowListQuery,
  WorkflowMergePatch,
  WorkflowPatch,
  WorkflowStats,
  WorkflowStatsQuery,
  WorkflowSummary,
  WorkflowValidation,
} from '../types.js';
import { WorkflowDrafts } from './workflow-draft.js';
import { WorkflowExecutions } from './workflow-executions.js';
import { WorkflowVersions } from './workflow-versions.js';

/** `client.workflows` */
export class Workflows {
  readonly executions: WorkflowExecutions;
  readonly versions: WorkflowVersions;
  readonly draft: WorkflowDrafts;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.executions = new WorkflowExecutions(transport);
    this.versions = new WorkflowVersions(transport);
    this.draft = new WorkflowDrafts(transport);
    this.#transport = transport;
  }

  /**
   * Saves a document as a new workflow.
   *
   * @throws BadRequestError whose `details.issues` list every problem of the document
   */
  create(document: WorkflowDocument, options?: WriteOptions): APIPromise<Workflow> {
    return this.#transport.call({ has: 'id', method: 'POST', path: '/workflows', body: document, options });
  }

  /** As {@link create}, of a document as YAML; its comments are kept. Problems have line and column. */
  createYaml(yaml: string, options?: WriteOptions): APIPromise<Workflow> {
    return this.#transport.call({ has: 'id', method: 'POST', path: '/workflows', yaml, options });
  }

  /** What saving the document would say, and what an execution of it would do; saves nothing. */
  validate(document: WorkflowDocument, options?: WriteOptions): APIPromise<WorkflowValidation> {
    return this.#transport.call({
      has: 'problems',
      method: 'POST',
      path: '/workflows/validate',
      body: document,
      options,
    });
  }

  /** What an expression, a template or a condition gives of what is sent with it, or where its mistake is. */
  evaluate(request: EvaluateRequest, options?: WriteOptions): APIPromise<Evaluation> {
    return this.#transport.call({
      has: ['type', 'error'],
      method: 'POST',
      path: '/expressions/evaluate',
      body: request,
      options,
    });
  }

  /**
   * Renders the config of one step, and with `effects` runs it once, as an execution would. That it fails is an answer.
   *
   * @throws UnprocessableEntityError of a type that cannot be tried alone
   */
  testStep(request: StepTestRequest, options?: WriteOptions): APIPromise<StepTest> {
    return this.#transport.call({ has: 'problems', method: 'POST', path: '/steps/test', body: request, options });
  }

  /** As {@link validate}, of a document as YAML. Problems have line and column. */
  validateYaml(yaml: string, options?: WriteOptions): APIPromise<WorkflowValidation> {
    return this.#transport.call({ has: 'problems', method: 'POST', path: '/workflows/validate', yaml, options });
  }

  /** Newest first, unless `sort` says otherwise; `deleted: 'true'` lists those that can be restored. */
  list(query: WorkflowListQuery = {}, options?: CallOptions): PagePromise<WorkflowSummary, WorkflowList> {
    const page = (number: number | undefined) =>
      this.#transport.call<WorkflowList>({
        list: 'workflows',
        method: 'GET',
        path: '/workflows',
        query: { ...query, page: number },
        options,
      });
    return new PagePromise(page(query.page), {
      items: ({ workflows }) => workflows,
      next: ({ workflows, page: number, per_page, total }) =>
        workflows.length > 0 && number * per_page < total ? () => page(number + 1) : undefined,
    });
  }

  get(workflowId: string, options?: CallOptions): APIPromise<Workflow> {
    return this.#transport.call({ has: 'id', method: 'GET', path: path`/workflows/${workflowId}`, options });
  }

  /** The document as YAML, with the comments that it was saved with. */
  getYaml(workflowId: string, options?: CallOptions): APIPromise<string> {
    return this.#transport.call({ method: 'GET', path: path`/workflows/${workflowId}`, asYaml: true, options });
  }

  /** Replaces the members of the document that `patch` has; every change makes a new version. */
  update(workflowId: string, patch: WorkflowPatch, options: UpdateOptions = {}): APIPromise<Workflow> {
    return this.#transport.call({
      has: 'id',
      method: 'PUT',
      path: path`/workflows/${workflowId}`,
      body: patch,
      options: withIfMatch(options),
    });
  }

  /** As {@link update}, of members as YAML. Its comments are kept when it has every member of the document. */
  updateYaml(workflowId: string, yaml: string, options: UpdateOptions = {}): APIPromise<Workflow> {
    const target = path`/workflows/${workflowId}`;
    return this.#transport.call({ has: 'id', method: 'PUT', path: target, yaml, options: withIfMatch(options) });
  }

  /** Changes parts of the document by a JSON Merge Patch: objects are merged at every level, null removes a member. */
  patch(workflowId: string, patch: WorkflowMergePatch, options: UpdateOptions = {}): APIPromise<Workflow> {
    return this.#transport.call({
      has: 'id',
      method: 'PATCH',
      path: path`/workflows/${workflowId}`,
      body: patch,
      options: withIfMatch(options),
    });
  }

  /** Lets its triggers and the API start it. */
  activate(workflowId: string, options: UpdateOptions = {}): APIPromise<Workflow> {
    const target = path`/workflows/${workflowId}/activate`;
    return this.#transport.call({ has: 'id', method: 'POST', path: target, options: withIfMatch(options) });
  }

  /** Refuses every start from then on; what runs goes on to its end. */
  pause(workflowId: string, options: UpdateOptions = {}): APIPromise<Workflow> {
    const target = path`/workflows/${workflowId}/pause`;
    return this.#transport.call({ has: 'id', method: 'POST', path: target, options: withIfMatch(options) });
  }

  /** Makes a new workflow of the current document: a draft, with webhook addresses of its own. */
  duplicate(workflowId: string, options?: WriteOptions): APIPromise<Workflow> {
    return this.#transport.call({ has: 'id', method: 'POST', path: path`/workflows/${workflowId}/duplicate`, options });
  }

  /** It starts no more; its executions stay readable. */
  delete(workflowId: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/workflows/${workflowId}`,
      options: withIfMatch(options),
    });
  }

  /** Undoes a delete, for 30 days after it. */
  restore(workflowId: string, options?: WriteOptions): APIPromise<Workflow> {
    return this.#transport.call({ has: 'id', method: 'POST', path: path`/workflows/${workflowId}/restore`, options });
  }

  /** Starts an execution; returns when it is durably accepted. */
  execute(workflowId: string, params: ExecuteParams = {}, options?: WriteOptions): APIPromise<ExecutionAccepted> {
    const target = path`/workflows/${workflowId}/execute`;
    const call = { has: EXECUTION, method: 'POST', path: target, body: params, keyed: true, options };
    return this.#transport.call<ExecutionAccepted>(call).map(withId);
  }

  /**
   * Starts an execution and waits for its end, which the API returns as soon as it is there.
   *
   * @throws ExecutionFailedError when it fails or is cancelled, unless `throwOnFailure` is false; WaitTimeoutError when it has
   *   not ended in time
   */
  async executeAndWait(
    workflowId: string,
    params: ExecuteParams = {},
    options: WaitOptions & Pick<WriteOptions, 'idempotencyKey'> = {},
  ): Promise<Execution> {
    const { signal } = options;
    const idempotencyKey = options.idempotencyKey ?? (await cryptography()).randomUUID();
    const target = path`/workflows/${workflowId}/execute`;
    const written = { idempotencyKey, signal };
    const call = { has: EXECUTION, method: 'POST', path: target, body: params, keyed: true, options: written };
    return startAndWait(
      this.#transport,
      (wait) => this.#transport.call<Execution | ExecutionAccepted>({ ...call, wait }),
      { throwOnFailure: true, ...options },
    );
  }

  /** How its executions ended, over time. */
  stats(workflowId: string, query: WorkflowStatsQuery = {}, options?: CallOptions): APIPromise<WorkflowStats> {
    const target = path`/workflows/${workflowId}/stats`;
    return this.#transport.call({ has: 'totals', method: 'GET', path: target, query: { ...query }, options });
  }

  /** The JSON Schema of workflow documents, for editors. */
  jsonSchema(options?: CallOptions): APIPromise<unknown> {
    return this.#transport.call({ method: 'GET', path: '/schemas/workflow.json', options });
  }
}
