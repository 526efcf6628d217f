import type {
  ErrorBody,
  ExecutionAccepted,
  ExecutionList,
  ExecutionResource,
  WorkflowResource,
} from '@millrace/contracts';
import { eventually } from './eventually.js';
import { readEndpoints } from './platform.js';

/** An HTTP answer with its body parsed: JSON, or undefined when there is none. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The body of a refusal. */
export interface Refusal {
  readonly error: ErrorBody & { readonly request_id: string };
}

/** What a call sends: `json` is serialised; `raw` goes as it is, with the headers given. */
export interface CallOptions {
  readonly json?: unknown;
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

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
  async call<Body>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const headers: Record<string, string> = { ...options.headers };
    if (this.token !== null) headers['authorization'] ??= `Bearer ${this.token}`;
    if (options.json !== undefined) headers['content-type'] ??= 'application/json';
    const body = options.json === undefined ? options.raw : JSON.stringify(options.json);
    const answer = await fetch(`${this.base ?? apiBase()}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, headers: answer.headers, body: (await bodyOf(answer)) as Body };
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

/** The body. Of a stream of events, which may never end, no more than that it is a text. */
async function bodyOf(answer: Response): Promise<unknown> {
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) return parsed(await answer.text());
  await answer.body?.cancel();
  return '';
}

/** The base address of the API, with its version. */
export function apiBase(): string {
  const { api_url: url } = readEndpoints();
  return url.endsWith('/v1') ? url : `${url.replace(/\/$/, '')}/v1`;
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
