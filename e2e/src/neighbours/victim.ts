import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionAccepted, ExecutionResource, WorkflowResource } from '@millrace/contracts';
import { ApiClient } from '../support/api.js';

/** What a victim met. Times are milliseconds. */
export interface Experience {
  readonly calls: number;
  readonly slowestMs: number;
  readonly slowest: string;
  readonly failures: readonly string[];
  /** Which kinds of calls have ended, one way or the other. */
  readonly kinds: ReadonlySet<string>;
}

/** Kinds of calls of each of those that a victim makes at the same time: who has ended one since is not waiting any more for what was away before. */
export const SIDE_BY_SIDE = ['list executions', 'execution by api', 'execution by webhook'] as const;

const PAUSE_MS = 20;
/** An execution that has not ended by then has been stopped by somebody. */
const PATIENCE_MS = 60_000;

/**
 * An organisation that uses the platform as anybody would, one call after another: it reads the API, calls its webhook, and
 * runs executions to their end. What it meets while others attack is what the tests judge.
 */
export class Victim {
  readonly #clients: readonly ApiClient[];
  #workflow: WorkflowResource | undefined;
  #calls = 0;
  #slowestMs = 0;
  #slowest = '';
  #failures: string[] = [];
  #kinds = new Set<string>();
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  /** `clients`: one for each gateway; a call that one does not answer goes to the next, as a load balancer would do. */
  constructor(clients: readonly ApiClient[] = [new ApiClient()]) {
    this.#clients = clients;
  }

  /** Makes its workflow and begins; it goes on until {@link stop}. */
  async start(): Promise<void> {
    this.#workflow = await (this.#clients[0] as ApiClient).create({
      name: 'A good neighbour',
      trigger: { type: 'webhook', config: { headers: { 'X-API-Key': 'of-the-victim' } } },
      steps: [
        { id: 'shout', type: 'transform', config: { output: '{{input.text.toUpperCase()}}' } },
        { id: 'done', type: 'transform', config: { output: { text: '{{shout.output}}' } } },
      ],
    });
    this.#running = Promise.all([this.#readForEver(), this.#runForEver('api'), this.#runForEver('webhook')]);
  }

  /** What it met since the last call. */
  take(): Experience {
    const experience = {
      calls: this.#calls,
      slowestMs: Math.round(this.#slowestMs),
      slowest: this.#slowest,
      failures: this.#failures,
      kinds: this.#kinds,
    };
    this.#calls = 0;
    this.#slowestMs = 0;
    this.#slowest = '';
    this.#failures = [];
    this.#kinds = new Set();
    return experience;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #readForEver(): Promise<void> {
    while (!this.#stopped) {
      await this.#timed('list workflows', (client) => client.expect(200, 'GET', '/workflows?per_page=5'));
      await this.#timed('list executions', (client) => client.expect(200, 'GET', '/executions?limit=5'));
      await sleep(PAUSE_MS);
    }
  }

  async #runForEver(how: 'api' | 'webhook'): Promise<void> {
    while (!this.#stopped) {
      const accepted = await this.#timed(`start by ${how}`, (client) => this.#begin(client, how));
      if (accepted) await this.#timed(`execution by ${how}`, (client) => this.#follow(client, accepted.execution_id));
      await sleep(PAUSE_MS);
    }
  }

  #begin(client: ApiClient, how: 'api' | 'webhook'): Promise<ExecutionAccepted> {
    const workflow = this.#workflow as WorkflowResource;
    if (how === 'api') return client.execute(workflow.id, { text: 'hello' });
    return client.expect(202, 'POST', ApiClient.webhookPath(workflow), {
      json: { text: 'hello' },
      headers: { 'x-api-key': 'of-the-victim' },
    });
  }

  async #follow(client: ApiClient, executionId: string): Promise<void> {
    const ended: ExecutionResource = await client.ended(executionId, PATIENCE_MS);
    if (ended.status !== 'completed' || JSON.stringify(ended.output) !== '{"text":"HELLO"}')
      throw new Error(`${executionId} ended as ${ended.status}: ${JSON.stringify(ended.error ?? ended.output)}`);
  }

  async #timed<Result>(what: string, call: (client: ApiClient) => Promise<Result>): Promise<Result | undefined> {
    const began = performance.now();
    const failures: string[] = [];
    for (const client of this.#clients) {
      try {
        const result = await call(client);
        this.#note(what, performance.now() - began);
        return result;
      } catch (error) {
        failures.push(String(error instanceof Error ? error.message : error).slice(0, 500));
      }
    }
    this.#note(what, performance.now() - began);
    this.#failures.push(`${what}: ${failures.join('; then ')}`);
    return undefined;
  }

  #note(what: string, tookMs: number): void {
    this.#calls++;
    this.#kinds.add(what);
    if (tookMs <= this.#slowestMs) return;
    this.#slowestMs = tookMs;
    this.#slowest = what;
  }
}
