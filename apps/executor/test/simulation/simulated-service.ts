import type { ExecutionEvent } from '@millrace/contracts';
import { httpOutcome } from './outcomes.js';
import { hash } from './hash.js';

/** A side effect as the outside saw it. */
export interface Call {
  readonly key: string;
  readonly path: string;
  readonly process: number;
  readonly attempt: number;
}

/** Who calls. */
export interface Caller {
  readonly number: number;
  /** Whether another process has had the execution since. */
  readonly isReplaced: boolean;
  /** Passes time in the life of the caller. */
  readonly pass: (milliseconds: number) => Promise<void>;
}

/** The service that HTTP steps call; it notes what no executor may do. */
export class SimulatedService {
  readonly calls: Call[] = [];
  readonly violations: string[] = [];

  constructor(
    private readonly seed: number,
    /** What is recorded by now. */
    private readonly events: () => readonly ExecutionEvent[],
  ) {}

  async answer(caller: Caller, headers: Readonly<Record<string, string>>) {
    const key = headers['idempotency-key'] ?? '';
    const path = key.slice('exec_1:'.length);
    const earlier = this.events().filter((event) => 'path' in event && event.path === path);
    const attempt = 1 + earlier.filter((event) => event.type === 'step_failed').length;
    this.calls.push({ key, path, process: caller.number, attempt });
    // One that was replaced while it was paused cannot know yet; the service recognises it by the key.
    if (!caller.isReplaced) this.#check(path, attempt, earlier);
    await caller.pass(1 + (hash(`${this.seed}:${key}`) % 120));
    const outcome = httpOutcome(this.seed, path);
    const status = outcome.kind === 'error' ? 404 : outcome.kind === 'flaky' && attempt <= outcome.failures ? 503 : 200;
    const body = outcome.kind === 'error' || status !== 200 ? {} : outcome.body;
    return {
      status,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      url: '',
    };
  }

  #check(path: string, attempt: number, earlier: readonly ExecutionEvent[]): void {
    if (!earlier.some((event) => event.type === 'step_started' && event.attempt === attempt)) {
      this.violations.push(`${path}: the call was made before its intent was durable`);
    }
    if (earlier.some(isResult)) this.violations.push(`${path}: a step with a recorded result was run again`);
  }
}

function isResult(event: ExecutionEvent): boolean {
  return event.type === 'step_completed' || (event.type === 'step_failed' && event.retry_at === undefined);
}
