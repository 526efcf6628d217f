import { randomUUID } from 'node:crypto';
import type { ApprovalList, ExecutionList, ExecutionResource, WorkflowResource } from '@millrace/contracts';
import { callApi, mustCall, waitUntil, type FakeHttpServer } from '@millrace/testing';
import { TOKEN } from '../installation/servers.js';

const SECRET = 'correct-horse-battery';
const ASKED_ONCE = { 'idempotency-key': 'order-4711' };
/** Executions of each kind. */
const EACH = 5;
/** How long some wait: until the installation is gone, and until it is back. */
const [SOON_MS, LATER_MS] = [180_000, 240_000];
const TICK_MS = 5_000;

type Started = { readonly execution_id: string };

/** What an organisation has in an installation when its backup is made, and what has to have become of it after the restore. */
export class Work {
  /** When the first of those that wait would go on. */
  soon = 0;
  readonly #ended: ExecutionResource[] = [];
  /** Ids of executions that wait for a time, by their numbers. */
  readonly #waiting = new Map<number, string>();
  /** Ids of executions that wait for an approval, by their numbers. */
  readonly #asking = new Map<number, string>();
  #once = '';
  #waits: WorkflowResource | undefined;
  #asks: WorkflowResource | undefined;
  #schedule: WorkflowResource | undefined;

  constructor(
    /** Of the gateway, with `/v1`. */
    private readonly base: string,
    private readonly service: FakeHttpServer,
  ) {}

  /** Makes workflows, a secret that they use and a schedule; starts executions, of which some have ended then and all others wait. */
  async begin(): Promise<void> {
    await this.#must('PUT', '/secrets/backed_up', { value: SECRET });
    await this.#makeWorkflows();
    this.service.on('/refused', { status: 400 });
    const fails = await this.#create('Fails', [this.#send('refused')]);
    const failed = await this.#must<Started>('POST', `/workflows/${fails.id}/execute`, { input: { n: 0 } });
    const past = new Date(0).toISOString();
    const over = await Promise.all([1, 2, 3].map((n) => this.#call(n, past)));
    this.#once = await this.#startOnce();
    for (const id of [failed.execution_id, ...over, this.#once]) this.#ended.push(await this.#end(id));
    expect(this.#ended.map(({ status }) => status)).toEqual(['failed', ...Array<string>(4).fill('completed')]);
    await waitUntil('the schedule to start some', () => this.#ticks().length > 1);

    this.soon = Date.now() + SOON_MS;
    const later = new Date(Date.now() + LATER_MS).toISOString();
    await Promise.all(
      Array.from({ length: 2 * EACH }, async (_, index) => {
        const until = index < EACH ? new Date(this.soon).toISOString() : later;
        this.#waiting.set(10 + index, await this.#call(10 + index, until));
      }),
    );
    for (let n = 30; n < 30 + EACH; n++) {
      const path = `/workflows/${this.#asks?.id}/execute`;
      this.#asking.set(n, (await this.#must<Started>('POST', path, { input: { n } })).execution_id);
    }
    const waiting = [...this.#waiting.values(), ...this.#asking.values()];
    await waitUntil('all of them to wait', async () => (await this.#statuses(waiting)).join() === 'waiting');
  }

  /** Looks that those whose time is soon still wait: it comes while nothing runs. */
  async expectWaiting(): Promise<void> {
    expect(await this.#statuses([...this.#waiting.values()])).toEqual(['waiting']);
  }

  /** Looks, in the installation that was restored and goes on, that nothing was lost and nothing is done twice. */
  async expectAll(): Promise<void> {
    for (const ended of this.#ended)
      expect(await this.#must<ExecutionResource>('GET', `/executions/${ended.id}`)).toEqual(ended);
    expect(await this.#startOnce()).toBe(this.#once);
    expect((await this.#end(await this.#call(4, new Date(0).toISOString()))).output).toEqual({ n: 4 });
    await this.#approve();
    for (const [n, id] of [...this.#waiting, ...this.#asking]) {
      const { status, output } = await this.#end(id, 2 * LATER_MS);
      expect([n, status, output]).toEqual([n, 'completed', { n }]);
    }
    const started = [1, 2, 3, 4, 5, ...this.#waiting.keys(), ...this.#asking.keys()].sort((a, b) => a - b);
    for (const step of ['before', 'after']) expect(this.#sentTo(step)).toEqual(started);
    expect(new Set(this.service.callsTo('/after').map(({ headers }) => headers['x-key']))).toEqual(new Set([SECRET]));
    expect([...this.service.idempotencyKeys().values()].filter((count) => count > 1)).toEqual([]);
    await this.#expectSchedule();
  }

  /** Sends a call as often as it takes, and under one key: on a busy machine servers may be late. */
  async #must<Body>(method: string, path: string, json?: unknown, more: Record<string, string> = {}): Promise<Body> {
    const headers = { 'idempotency-key': randomUUID(), ...more };
    const call = { base: this.base, token: TOKEN, method, path, json, headers };
    const { body } = await waitUntil(`${method} ${path}`, async () => ({ body: await mustCall<Body>(call) }));
    return body;
  }

  async #makeWorkflows(): Promise<void> {
    const header = { 'X-Key': '{{secrets.backed_up}}' };
    const wait = { id: 'pause', type: 'wait', config: { until: '{{input.until}}' } };
    const steps = [this.#send('before'), wait, this.#send('after')];
    this.#waits = await this.#create('Waits', steps, { type: 'webhook', config: { headers: header } });
    const ask = { id: 'ask', type: 'approval', config: { message: 'Number {{input.n}}?' } };
    this.#asks = await this.#create('Asks', [this.#send('before'), ask, this.#send('after')]);
    const at = { at: '{{trigger.scheduled_at}}' };
    const tick = { id: 'tick', type: 'http', config: { method: 'POST', url: `${this.service.url}/tick`, body: at } };
    const trigger = { type: 'schedule', config: { interval: `${TICK_MS / 1_000}s`, catch_up: 'all' } };
    this.#schedule = await this.#create('Goes on', [tick], trigger);
  }

  #create(name: string, steps: readonly object[], trigger: object = { type: 'webhook' }): Promise<WorkflowResource> {
    const output = name === 'Goes on' ? {} : { output: { n: '{{input.n}}' } };
    return this.#must<WorkflowResource>('POST', '/workflows', { name, trigger, steps, ...output });
  }

  /** A step that sends its number, and has to open the secret for it. */
  #send(id: string): object {
    const headers = { 'X-Key': '{{secrets.backed_up}}' };
    const url = `${this.service.url}/${id}`;
    return { id, type: 'http', config: { method: 'POST', url, headers, body: { n: '{{input.n}}' } } };
  }

  /** Starts one by its webhook, which opens the secret too. */
  async #call(n: number, until: string): Promise<string> {
    const { config } = this.#waits?.['trigger'] as { config: { url: string } };
    const path = new URL(config.url).pathname.replace(/^\/v1/, '');
    return (await this.#must<Started>('POST', path, { n, until }, { 'x-key': SECRET })).execution_id;
  }

  async #startOnce(): Promise<string> {
    const input = { n: 5, until: new Date(0).toISOString() };
    const path = `/workflows/${this.#waits?.id}/execute`;
    return (await this.#must<Started>('POST', path, { input }, ASKED_ONCE)).execution_id;
  }

  async #end(id: string, timeoutMs = 90_000): Promise<ExecutionResource> {
    const isOver = async () => {
      const execution = await this.#must<ExecutionResource>('GET', `/executions/${id}`);
      return ['queued', 'running', 'waiting'].includes(execution.status) ? undefined : execution;
    };
    return waitUntil(`execution ${id} to end`, isOver, timeoutMs, { everyMs: 200 });
  }

  async #statuses(ids: readonly string[]): Promise<string[]> {
    const executions = ids.map((id) => this.#must<ExecutionResource>('GET', `/executions/${id}`));
    return [...new Set((await Promise.all(executions)).map(({ status }) => status as string))];
  }

  /** Decides what is asked, as often as it takes until nothing is. */
  async #approve(): Promise<void> {
    const path = `/approvals?status=pending&limit=50&workflow_id=${this.#asks?.id}`;
    await waitUntil('all to be decided', async () => {
      const { approvals } = await this.#must<ApprovalList>('GET', path);
      for (const { id } of approvals) {
        const call = { base: this.base, token: TOKEN, method: 'POST', path: `/approvals/${id}/decide` };
        await callApi({ ...call, json: { approved: true }, headers: { 'idempotency-key': `approve-${id}` } });
      }
      return approvals.length === 0;
    });
  }

  /** Numbers that a step has sent, each as often as it did. */
  #sentTo(step: string): number[] {
    const numbers = this.service.callsTo(`/${step}`).map(({ body }) => (JSON.parse(body) as { n: number }).n);
    return numbers.sort((a, b) => a - b);
  }

  #ticks(): number[] {
    const times = this.service.callsTo('/tick').map(({ body }) => Date.parse((JSON.parse(body) as { at: string }).at));
    return times.sort((a, b) => a - b);
  }

  /** Each nominal time has started one execution: those before the backup, those that were missed, and those that came since. */
  async #expectSchedule(): Promise<void> {
    const now = Date.now();
    await waitUntil('the schedule to go on', () => (this.#ticks().at(-1) ?? 0) > now);
    await this.#must('POST', `/workflows/${this.#schedule?.id}/pause`);
    const path = `/executions?workflow_id=${this.#schedule?.id}&status=running&limit=1`;
    await waitUntil(
      'those of the schedule to end',
      async () => (await this.#must<ExecutionList>('GET', path)).executions.length === 0,
    );
    const times = this.#ticks();
    expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual(times.slice(1).map(() => TICK_MS));
  }
}
