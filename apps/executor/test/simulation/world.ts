import { isEnd, type ExecutionEvent } from '@millrace/contracts';
import { planWorkflow, type WorkflowPlan } from '@millrace/schema';
import { MemoryLedger } from '../../src/executions/memory-ledger.js';
import { claimOf } from '../../src/executions/claim.js';
import { ExecutionRun } from '../../src/executions/execution-run.js';
import { JournalSubject } from '../../src/executions/journal-subject.js';
import { cancelledEvent, cancelRequestIn, effectsBegun } from '../../src/executions/run-cancel.js';
import type { Clock } from '../../src/clock.js';
import type { HttpStepNeeds } from '../../src/steps/http.step.js';
import { stepHandlers } from '../../src/steps/registry.js';
import { WorkflowProgram } from '../../src/steps/step-program.js';
import { EPOCH } from './epoch.js';
import type { SourceProgram } from './program-generator.js';
import { httpOutcome } from './outcomes.js';
import { hash, Random } from './random.js';
import { SimulatedJournal } from './simulated-journal.js';

const SEED = 'c2ltdWxhdGlvbi1zZWVk';

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
  readonly attempt: number;
}

/**
 * Everything around the executor, simulated: time, the journal with its expected sequences, the queue and the timers that wake
 * an execution, the service that HTTP steps call, and executor processes that can be killed or paused. The executor's own code is the real one.
 */
export class World {
  readonly journal = new SimulatedJournal();
  readonly calls: Call[] = [];
  readonly violations: string[] = [];
  readonly memory = new MemoryLedger(Infinity);
  /** Called after a timer is set, before its executor learns of that. */
  onTimer: () => void = () => undefined;
  /** Generations whose message is in the queue, and those whose message the server would take for a repetition. */
  readonly #queue = new Set([0]);
  readonly #published = new Set([0]);
  readonly #wakeUps = new Map<number, number>();
  readonly #timers: { at: number; order: number; process: Process; run: () => void }[] = [];
  readonly #processes: Process[] = [];
  /** Of the runs that go on. */
  readonly #looks = new Set<() => Promise<void>>();
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

  get entries(): readonly ExecutionEvent[][] {
    return this.journal.entries;
  }

  get events(): ExecutionEvent[] {
    return this.journal.events;
  }

  /** See {@link SimulatedJournal}. */
  set onEntry(listener: (count: number) => void) {
    this.journal.onEntry = listener;
  }

  /** All processes die. */
  killAll(): void {
    for (const process of this.#processes) process.alive = false;
  }

  /** Whether more than one executor has had it. */
  get isReplaced(): boolean {
    return this.#processes.length > 1;
  }

  /** How long the execution has taken by now, in milliseconds. */
  get elapsed(): number {
    return this.#now - EPOCH;
  }

  /** Calls back when so much time has passed, if anything happens then; whatever processes die. */
  after(milliseconds: number, run: () => void): void {
    this.#clock({ alive: true, paused: false }).after(milliseconds, run);
  }

  /**
   * Cancels the execution as history does: by an entry that is its end when nobody runs it, else by one that tells who runs it. With `nudged` that one
   * looks at once. False when it has ended already.
   */
  cancel({ nudged }: { readonly nudged: boolean }): boolean {
    const at = new Date(this.#now).toISOString();
    const asked: ExecutionEvent = { type: 'cancel_requested', at, by: 'tok_1', reason: 'enough' };
    const end: ExecutionEvent = { type: 'cancelled', at, by: 'tok_1', reason: 'enough' };
    const last = this.events.at(-1);
    if (last !== undefined && isEnd(last)) return false;
    if (last === undefined) this.journal.store([this.#started(at), asked, end]);
    else if (last.type === 'suspended') this.journal.store([asked, end]);
    else this.journal.store([asked]);
    if (nudged) for (const look of this.#looks) void look();
    return true;
  }

  /** A message that is not acknowledged; without one time passes until a timer gives one. Null when nothing will ever happen any more. */
  nextMessage(): number | null {
    if (this.#queue.size === 0) {
      const [first] = [...this.#wakeUps].sort(([, a], [, b]) => a - b);
      if (first === undefined) return null;
      const [generation, at] = first;
      this.#now = Math.max(this.#now, at);
      this.#wakeUps.delete(generation);
      if (this.#published.has(generation)) return this.nextMessage();
      this.#published.add(generation);
      this.#queue.add(generation);
    }
    return Math.min(...this.#queue);
  }

  /** Delivers a message to a new executor. It answers how that ends: with the last event of its run, or null when there was nothing to run. */
  startExecutor(generation: number): { process: Process; ended: Promise<ExecutionEvent | Error | null> } {
    const process: Process = { alive: true, paused: false };
    const number = this.#processes.push(process);
    const work = this.#execute(process, number, generation);
    return { process, ended: work.catch((error: unknown) => error as Error) };
  }

  async #execute(process: Process, number: number, generation: number): Promise<ExecutionEvent | null> {
    const bus = this.journal.busOf(
      (milliseconds) => this.#pass(process, milliseconds),
      () => 1 + this.#random.below(3),
    );
    const request = { execution_id: 'exec_1', organisation_id: 'org_1', generation };
    const journal = new JournalSubject(bus, request, `run${number}`);
    const found = await journal.open();
    const claim = claimOf(found, generation);
    const last =
      claim === 'arm' || claim === 'pass' ? null : await this.#run({ process, number, journal }, generation, claim);
    const until = last?.type === 'suspended' ? last.until : claim === 'arm' ? found.until : undefined;
    if (until !== undefined) {
      await this.#pass(process, 1);
      this.#wakeUps.set(generation + 1, Date.parse(until));
      this.onTimer();
    }
    await this.#pass(process, 1);
    this.#queue.delete(generation);
    return last;
  }

  async #run(
    { process, number, journal }: { process: Process; number: number; journal: JournalSubject },
    generation: number,
    claim: 'start' | 'resume' | 'wake',
  ): Promise<ExecutionEvent> {
    const at = new Date(this.#now).toISOString();
    const started = this.#started(at);
    const { input } = this.source;
    const clock = this.#clock(process);
    const client: HttpStepNeeds['client'] = {
      request: (request) => this.#answer(process, number, request.headers ?? {}),
    };
    const handlers = stepHandlers({ http: { client, userAgent: 'Simulation', clock } });
    const run = new ExecutionRun({
      organisationId: 'org_1',
      executionId: 'exec_1',
      startedAt: (this.events[0] ?? started).at,
      seed: SEED,
      memory: this.memory,
      limitBytes: this.limitBytes,
      program: new WorkflowProgram(this.#plan, this.source.document.name, handlers),
      redact: null,
      sealing: null,
      scope: { input, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
      append: (batch, _, heeding) => journal.append(batch, heeding),
      clock,
      random: () => this.#random.next(),
      metrics: { stepEnded: () => undefined },
      onDefect: (fields) => void this.violations.push(JSON.stringify(fields)),
    });
    const look = async (): Promise<void> => {
      await this.#pass(process, this.#random.below(5));
      run.heed(await journal.news());
    };
    this.#looks.add(look);
    try {
      if (claim === 'start') return await run.start(started);
      const event: ExecutionEvent =
        claim === 'wake' ? { type: 'woken', at, generation } : { type: 'resumed', at, delivery: number };
      await journal.append([event]);
      const events = await journal.read();
      const asked = cancelRequestIn(events);
      if (asked === undefined) return await run.resume(events);
      const cancelled = cancelledEvent(
        asked,
        at,
        effectsBegun(events, (type) => type === 'http'),
      );
      await journal.append([cancelled]);
      return cancelled;
    } finally {
      this.#looks.delete(look);
    }
  }

  #started(at: string): Extract<ExecutionEvent, { type: 'started' }> {
    const of = { workflow_id: 'wf_1', version: 1, accepted_at: at, trigger: { type: 'api' } } as const;
    return { type: 'started', at, ...of, input: this.source.input, seed: SEED };
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
    const earlier = this.events.filter((event) => 'path' in event && event.path === path);
    const attempt = 1 + earlier.filter((event) => event.type === 'step_failed').length;
    this.calls.push({ key, path, process: number, attempt });
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
