import type {
  ErrorBody,
  ExecutionAccepted,
  ExecutionList,
  ExecutionResource,
  WorkflowResource,
} from '@millrace/contracts';
import { callApi, sendApi, type ApiCall, type ApiResponse } from '@millrace/testing';
import { eventually } from './eventually.js';
import { readEndpoints } from './platform.js';

export type { ApiResponse as Answer };

/** The body of a refusal. */
export interface Refusal {
  readonly error: ErrorBody & { readonly request_id: string };
}

/** What a call sends: `json` is serialised; `raw` goes as it is, with the headers given. */
export type CallOptions = Pick<ApiCall, 'json' | 'raw' | 'headers'>;

/** A workflow document as a client writes it. */
export type WorkflowDocument = Readonly<Record<string, unknown>> & { readonly steps: readonly unknown[] };

/** The platform's API as one holder of a token sees it. */
export class ApiClient {
  /** `base`: the API of one gateway among several; by default the one that `endpoints.json` names. */
  constructor(
    private readonly token: string | null = readEndpoints().token,
    private readonly base?: string,
  ) {}

  /** Sends one request; `path` begins behind the API's base address. Never throws for a status. */
  call<Body>(method: string, path: string, options: CallOptions = {}): Promise<ApiResponse<Body>> {
    return callApi<Body>(this.#call(method, path, options));
  }

  /** Sends one request whose body is read as it comes, byte by byte. Never throws for a status. */
  send(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    return sendApi(this.#call(method, path, options));
  }

  #call(method: string, path: string, options: CallOptions): ApiCall {
    return { base: this.base ?? apiBase(), token: this.token, method, path, ...options };
  }

  /** Sends one request that must get `status`. */
  async expect<Body>(status: number, method: string, path: string, options: CallOptions = {}): Promise<Body> {
    const answer = await this.call<Body>(method, path, options);
    if (answer.status !== status) {
      throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  create(document: WorkflowDocument): Promise<WorkflowResource> {
    return this.expect(201, 'POST', '/workflows', { json: document });
  }

  execute(workflowId: string, input: unknown = {}): Promise<ExecutionAccepted> {
    return this.expect(202, 'POST', `/workflows/${workflowId}/execute`, { json: { input } });
  }

  execution(executionId: string): Promise<ExecutionResource> {
    return this.expect(200, 'GET', `/executions/${executionId}`);
  }

  executions(query: string): Promise<ExecutionList> {
    return this.expect(200, 'GET', `/executions?${query}`);
  }

  /** The execution once it has ended, however it ended. */
  async ended(executionId: string, timeoutMs = 60_000): Promise<ExecutionResource> {
    let last: ExecutionResource | undefined;
    return eventually(
      `execution ${executionId} has ended`,
      async () => {
        last = await this.execution(executionId);
        return last.status === 'running' || last.status === 'waiting' ? undefined : last;
      },
      {
        timeoutMs,
        lastSeen: () => last && { status: last.status, steps: last.steps.map((step) => [step.path, step.status]) },
      },
    );
  }

  /** Runs a workflow to its end, which must be `completed`. */
  async run(workflowId: string, input: unknown = {}): Promise<ExecutionResource> {
    const execution = await this.ended((await this.execute(workflowId, input)).execution_id);
    if (execution.status !== 'completed') {
      throw new Error(`Execution ${execution.id} ended as ${execution.status}: ${JSON.stringify(execution.error)}`);
    }
    return execution;
  }

  /** The address of a workflow's webhook, below the API's base address. */
  static webhookPath(workflow: WorkflowResource): string {
    const trigger = workflow['trigger'] as { config: { url: string } };
    return new URL(trigger.config.url).pathname.replace(/^\/v1/, '');
  }
}

/** The base address of the API, with its version; of the platform with that home. */
export function apiBase(home?: string): string {
  const { api_url: url } = readEndpoints(home);
  return url.endsWith('/v1') ? url : `${url.replace(/\/$/, '')}/v1`;
}
