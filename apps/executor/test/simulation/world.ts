import type { ExecutionEvent } from '@millrace/contracts';
import { WrongSequenceError } from '@millrace/messaging';
import { planWorkflow, type WorkflowPlan } from '@millrace/schema';
import { MemoryLedger } from '../../src/executions/memory-ledger.js';
import { ExecutionRun } from '../../src/executions/execution-run.js';
import type { Clock } from '../../src/clock.js';
import type { HttpStepNeeds } from '../../src/steps/http.step.js';
import { stepHandlers } from '../../src/steps/registry.js';
import { WorkflowProgram } from '../../src/steps/step-program.js';
import type { SourceProgram } from './program-generator.js';
import { httpOutcome } from './outcomes.js';
import { hash, Random } from './random.js';

const SEED = 'c2ltdWxhdGlvbi1zZWVk';
const EPOCH = Date.UTC(2026, 0, 1);

/** An executor process; a dead one gets no timers, no answers and no appends any more. */
interface Process {
  alive: boolean;
  /** A paused one gets them when it goes on. */
  paused: boolean;
}

/** A side effect as the outside saw it. */
export interface Call {
  readonly key: string;
  readonly path: string;
  readonly process: number;
}

/**
 * Everything around the executor, simulated: time, the journal with its expected sequences, the service that HTTP steps
 * call, and executor processes that can be killed or paused. The executor's own code is the real one.
 */
export class World {
  readonly entries: ExecutionEvent[][] = [];
  readonly calls: Call[] = [];
  readonly violations: string[] = [];
  readonly memory = new MemoryLedger(Infinity);
  /** Called after an entry is durable, before its writer hears of it. */
  onEntry: (count: number) => void = () => undefined;
  readonly #timers: { at: number; order: number; process: Process; run: () => void }[] = [];
  readonly #processes: Process[] = [];
  readonly #random: Random;
  readonly #plan: WorkflowPlan;
  #now = EPOCH;
  #order = 0;

  constructor(
    private readonly source: SourceProgram,
    /** Bytes that the execution may hold. */
    private readonly limitBytes: number = Infinity,
  ) {
    this.#random = new Random(source.seed ^ 0x5eed);
    this.#plan = planWorkflow(source.document);
  }

  get events(): ExecutionEvent[] {
    return this.entries.flat();
  }

  /** Starts an executor that begins or resumes the execution, as its journal stands. Answers how its run ends. */
  startExecutor(): { process: Process; ended: Promise<ExecutionEvent | Error> } {
    const process: Process = { alive: true, paused: false };
    const number = this.#processes.push(process);
    const events = this.events;
    let sequence = this.entries.length;
    const append = async (batch: readonly ExecutionEvent[]): Promise<void> => {
      await this.#pass(process, 1 + this.#random.below(3));
      if (sequence !== this.entries.length) throw new WrongSequenceError('journal', sequence, this.entries.length);
      this.entries.push(JSON.parse(JSON.stringify(batch)) as ExecutionEvent[]);
      sequence = this.entries.length;
      this.onEntry(sequence);
      await this.#pass(process, 1);
    };
    const clock = this.#clock(process);
    const client: HttpStepNeeds['client'] = {
      request: (request) => this.#answer(process, number, request.headers ?? {}),
    };
    const handlers = stepHandlers({ http: { client, userAgent: 'Simulation', clock }, wait: { clock } });
    const { input } = this.source;
    const run = new ExecutionRun({
      executionId: 'exec_1',
      seed: SEED,
      memory: this.memory,
      limitBytes: this.limitBytes,
      program: new WorkflowProgram(this.#plan, this.source.document.name, handlers),
      redact: null,
      scope: { input, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
      append,
      clock,
      random: () => this.#random.next(),
      metrics: { stepEnded: () => undefined },
      onDefect: (fields) => void this.violations.push(JSON.stringify(fields)),
    });
    const at = new Date(this.#now).toISOString();
    const started = {
      type: 'started',
      at,
      workflow_id: 'wf_1',
      version: 1,
      accepted_at: at,
      trigger: { type: 'api' },
      input,
      seed: SEED,
    } as const;
    const work =
      events.length === 0
        ? run.start(started)
        : append([{ type: 'resumed', at, delivery: number }]).then(() => run.resume(events));
    return { process, ended: work.catch((error: unknown) => error as Error) };
  }

  /** Lets time pass until `done` settles or nothing is left that could happen. */
  async passTime(done: Promise<unknown>): Promise<void> {
    let finished = false;
    void done.finally(() => (finished = true));
    for (;;) {
      // Everything that can go on without time passing does.
      await new Promise((resolve) => setImmediate(resolve));
      if (finished || !this.#fireNext()) return;
    }
  }

  #fireNext(): boolean {
    let first = -1;
    this.#timers.forEach((timer, index) => {
      if (!timer.process.alive || timer.process.paused) return;
      const best = this.#timers[first];
      if (best === undefined || timer.at < best.at || (timer.at === best.at && timer.order < best.order)) first = index;
    });
    const [timer] = first < 0 ? [] : this.#timers.splice(first, 1);
    if (timer === undefined) return false;
    this.#now = Math.max(this.#now, timer.at);
    timer.run();
    return true;
  }

  #clock(process: Process): Clock {
    return {
      now: () => this.#now,
      after: (milliseconds, run) => {
        const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, process, run };
        this.#timers.push(timer);
        return () => {
          const index = this.#timers.indexOf(timer);
          if (index >= 0) this.#timers.splice(index, 1);
        };
      },
      yield: () => this.#pass(process, 0),
    };
  }

  #pass(process: Process, milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#clock(process).after(milliseconds, resolve));
  }

  async #answer(process: Process, number: number, headers: Readonly<Record<string, string>>) {
    const key = headers['idempotency-key'] ?? '';
    const path = key.slice('exec_1:'.length);
    this.calls.push({ key, path, process: number });
    const earlier = this.events.filter((event) => 'path' in event && event.path === path);
    const attempt = 1 + earlier.filter((event) => event.type === 'step_failed').length;
    // One that was replaced while it was paused cannot know yet; the key tells the service.
    const replaced = number < this.#processes.length;
    if (!replaced && !earlier.some((event) => event.type === 'step_started' && event.attempt === attempt)) {
      this.violations.push(`${path}: the call was made before its intent was durable`);
    }
    if (
      !replaced &&
      earlier.some(
        (event) => event.type === 'step_completed' || (event.type === 'step_failed' && event.retry_at === undefined),
      )
    ) {
      this.violations.push(`${path}: a step with a recorded result was run again`);
    }
    await this.#pass(process, 1 + (hash(`${this.source.seed}:${key}`) % 120));
    const outcome = httpOutcome(this.source.seed, path);
    const status = outcome.kind === 'error' ? 404 : outcome.kind === 'flaky' && attempt <= outcome.failures ? 503 : 200;
    const body = outcome.kind === 'error' || status !== 200 ? {} : outcome.body;
    return {
      status,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      url: '',
    };
  }
}
