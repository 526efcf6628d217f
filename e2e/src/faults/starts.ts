import type { WorkflowResource } from '@millrace/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiBase, ApiClient } from '../support/api.js';
import { readEndpoints } from '../support/platform.js';

/** Pause after each start of an execution. */
const PAUSE_MS = 30;
/** A start without a response by then hangs. */
const HANGS_MS = 15_000;

/** One answer to a start. */
export interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly ms: number;
}

/** A call that starts an execution whose input has the member `n`. */
export type StartCall = (n: number) => { url: string; headers: Record<string, string>; body: string | FormData };

const JSON_BODY = { 'content-type': 'application/json' };
const itsNumber = (n: number): object => ({ n });

/** Starts by the API of the platform with that home. */
export function startsByApi(home: string, { id }: WorkflowResource, inputOf = itsNumber): StartCall {
  const url = `${apiBase(home)}/workflows/${id}/execute`;
  const headers = { ...JSON_BODY, authorization: `Bearer ${readEndpoints(home).token}` };
  return (n) => ({ url, headers, body: JSON.stringify({ input: inputOf(n) }) });
}

/** Starts by the webhook. */
export function startsByWebhook(home: string, workflow: WorkflowResource, inputOf = itsNumber): StartCall {
  const url = webhookOf(home, workflow);
  return (n) => ({ url, headers: JSON_BODY, body: JSON.stringify(inputOf(n)) });
}

/** The address of the workflow's webhook, at the platform with that home. */
export function webhookOf(home: string, workflow: WorkflowResource): string {
  return `${apiBase(home)}${ApiClient.webhookPath(workflow)}`;
}

/** `first`: the number of the first start; `onAccepted` is called at once. */
export interface StartsOptions {
  readonly first?: number;
  readonly onAccepted?: (n: number) => void;
}

/** Callers that start numbered executions, a bounded number of them, and note what each got. */
export class Starts {
  /** Ids of executions by their number. */
  readonly accepted = new Map<number, string>();
  readonly refused: Refusal[] = [];
  /** Starts without a response in time, or whose connection broke. */
  readonly unanswered: string[] = [];
  #next: number;
  #stopped = false;
  readonly #running: Promise<void>[];

  constructor(
    calls: readonly StartCall[],
    private readonly most: number,
    private readonly options: StartsOptions = {},
  ) {
    this.#next = options.first ?? 0;
    this.#running = calls.map((call) => this.#run(call));
  }

  /** Ends the callers after the call that each has under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #run(call: StartCall): Promise<void> {
    while (!this.#stopped && this.#next < (this.options.first ?? 0) + this.most) {
      const n = this.#next++;
      await this.#start(n, call(n));
      await sleep(PAUSE_MS);
    }
  }

  async #start(n: number, { url, headers, body }: ReturnType<StartCall>): Promise<void> {
    const began = Date.now();
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(HANGS_MS) });
      const { execution_id: id, error } = (await answer.json()) as { execution_id?: string; error?: { code: string } };
      if (answer.status === 202 && id !== undefined) {
        this.accepted.set(n, id);
        this.options.onAccepted?.(n);
      } else {
        const retryAfter = answer.headers.get('retry-after');
        this.refused.push({ status: answer.status, code: error?.code, retryAfter, ms: Date.now() - began });
      }
    } catch (error) {
      this.unanswered.push(`start ${n}: ${String(error)} after ${Date.now() - began} ms`);
    }
  }
}
