import { setTimeout as sleep } from 'node:timers/promises';
import type { ApprovalList, ExecutionList, WorkflowResource } from '@millrace/contracts';
import { callApi, mustCall, type ApiResponse, type FakeHttpServer } from '@millrace/testing';
import { TOKEN } from './servers.js';

/** Each starts one, and waits. So on a quiet machine some six a second are started. */
const CALLERS = 3;
const PAUSE_MS = 450;
/** Milliseconds for a call, while services are replaced on a machine that is busy. */
export const HANGS_MS = 120_000;
/** Milliseconds that executions wait for: not suspended, suspended, over the replacement of several services. */
const PAUSES = [100, 2_500, 9_000];
/** One of so many asks for an approval. */
const ASKS = 5;

/** Callers of a platform that start executions, by the API and by a webhook, and approve what is asked. */
export class Load {
  /** Ids of executions by their numbers. */
  readonly accepted = new Map<number, string>();
  /** Answers that nobody should get. */
  readonly wrong: string[] = [];
  refused = 0;
  readonly #decided = new Set<string>();
  #next = 0;
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();
  #workflow: WorkflowResource | undefined;

  constructor(
    private readonly gateway: () => string,
    private readonly service: FakeHttpServer,
  ) {}

  call<Body>(
    method: string,
    path: string,
    json?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiResponse<Body>> {
    return callApi<Body>({ base: this.gateway(), token: TOKEN, method, path, json, headers, timeoutMs: HANGS_MS });
  }

  must<Body>(method: string, path: string, json?: unknown): Promise<Body> {
    return mustCall<Body>({ base: this.gateway(), token: TOKEN, method, path, json, timeoutMs: HANGS_MS });
  }

  tell(id: string): object {
    return {
      ...{ id, type: 'http' },
      config: { method: 'POST', url: `${this.service.url}/${id}`, body: { n: '{{input.n}}' } },
    };
  }

  async begin(): Promise<void> {
    const child = await this.must<WorkflowResource>('POST', '/workflows', {
      ...{ name: 'Load: child', trigger: { type: 'webhook' } },
      ...{ steps: [this.tell('inner')], output: { n: '{{input.n * 10}}' } },
    });
    this.#workflow = await this.must<WorkflowResource>('POST', '/workflows', {
      ...{ name: 'Load', trigger: { type: 'webhook' } },
      steps: [
        this.tell('before'),
        { id: 'pause', type: 'wait', config: { duration: '{{input.pause}}ms' } },
        { id: 'sub', type: 'sub_workflow', config: { workflow_id: child.id, input: { n: '{{input.n}}' } } },
        { id: 'ask', type: 'approval', if: `input.n % ${ASKS} == 0`, config: { message: 'Number {{input.n}}?' } },
        this.tell('after'),
      ],
      output: { n: '{{sub.output.n + 1}}' },
    });
    const callers = Array.from({ length: CALLERS }, () => this.#starting());
    this.#running = Promise.all([...callers, this.#approving()]);
  }

  /** Ends the callers, each after the call that it has under way. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** Approves what is asked, by executions of one workflow or of any; resolves to how many there were, and to more than none while that cannot be said. */
  async approve(workflow?: WorkflowResource): Promise<number> {
    const query = `status=pending&limit=50${workflow === undefined ? '' : `&workflow_id=${workflow.id}`}`;
    const list = await this.call<ApprovalList>('GET', `/approvals?${query}`);
    if (list.status === 503) return ++this.refused;
    if (list.status !== 200) throw new Error(`the approvals: ${list.status} ${JSON.stringify(list.body)}`);
    // The list may be behind what was decided.
    for (const { id } of list.body.approvals.filter(({ id }) => !this.#decided.has(id))) {
      const once = { 'idempotency-key': `approve-${id}` };
      const { status, body } = await this.call('POST', `/approvals/${id}/decide`, { approved: true }, once);
      if (status === 200) this.#decided.add(id);
      else if (status !== 503) this.wrong.push(`decide ${id}: ${status} ${JSON.stringify(body)}`);
    }
    return list.body.approvals.length;
  }

  /** Whether nothing of what the callers have started goes on, as far as is recorded. */
  async hasEnded(): Promise<boolean> {
    const path = `/executions?workflow_id=${this.#workflow?.id}&status=running,waiting&limit=1`;
    return (await this.must<ExecutionList>('GET', path)).executions.length === 0;
  }

  async #approving(): Promise<void> {
    while (!this.#isOver) {
      await this.approve(this.#workflow).catch((error: unknown) => this.wrong.push(String(error)));
      await sleep(300);
    }
  }

  async #starting(): Promise<void> {
    while (!this.#isOver) {
      const n = this.#next++;
      await this.#start(n).catch((error: unknown) => this.wrong.push(`start ${n}: ${String(error)}`));
      await sleep(PAUSE_MS);
    }
  }

  /** Again under the same key while it is refused for now. */
  async #start(n: number): Promise<void> {
    const input = { n, pause: PAUSES[n % PAUSES.length] };
    const config = this.#workflow?.['trigger'] as { config: { url: string } };
    const [path, body] =
      n % 4 === 0
        ? [new URL(config.config.url).pathname.replace(/^\/v1/, ''), input]
        : [`/workflows/${this.#workflow?.id}/execute`, { input }];
    for (;;) {
      const headers = { 'idempotency-key': `load-${n}` };
      const answer = await this.call<{ execution_id: string }>('POST', path, body, headers);
      if (answer.status === 202) return void this.accepted.set(n, answer.body.execution_id);
      if (answer.status !== 503)
        return void this.wrong.push(`start ${n}: ${answer.status} ${JSON.stringify(answer.body)}`);
      this.refused++;
      await sleep(200);
    }
  }
}
