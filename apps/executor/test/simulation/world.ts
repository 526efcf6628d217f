import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow, type WorkflowPlan } from '@millrace/schema';
import { MemoryLedger } from '../../src/executions/memory-ledger.js';
import { claimOf } from '../../src/executions/claim.js';
import { ExecutionRun } from '../../src/executions/execution-run.js';
import { JournalSubject } from '../../src/executions/journal-subject.js';
import { openChildrenIn, withLinks } from '@millrace/service-kit/child-ledger';
import { SeededRandom } from '@millrace/testing';
import { cancelledEvent, cancelRequestIn, effectsBegun } from '../../src/executions/run-cancel.js';
import type { HttpStepNeeds } from '../../src/steps/http.step.js';
import { stepHandlers } from '../../src/steps/registry.js';
import type { Announcement } from '../../src/steps/step-handler.js';
import { WorkflowProgram } from '../../src/steps/step-program.js';
import { EPOCH } from './epoch.js';
import type { SourceProgram } from './program-generator.js';
import { SimulatedAsides } from './simulated-asides.js';
import { SimulatedChildren } from './simulated-children.js';
import { SimulatedJournal } from './simulated-journal.js';
import { SimulatedMails } from './simulated-mails.js';
import { SimulatedService, type Call, type Caller } from './simulated-service.js';
import { SimulatedTime, type Process } from './simulated-time.js';

const SEED = 'c2ltdWxhdGlvbi1zZWVk';

/**
 * Everything around the executor, simulated: time, the journal with its expected sequences, the queue and the timers that wake
 * an execution, the service that HTTP steps call, and executor processes that can be killed or paused. The executor's own code is the real one.
 */
export class World {
  readonly journal = new SimulatedJournal();
  readonly mails: SimulatedMails;
  readonly memory = new MemoryLedger(Infinity);
  /** How often all processes have died. */
  deaths = 0;
  /** Called after a timer is set, before its executor learns of that. */
  onTimer: () => void = () => undefined;
  /** Generations whose message is in the queue, and those whose message the server would take for a repetition. */
  readonly #queue = new Set([0]);
  readonly #published = new Set([0]);
  readonly #wakeUps = new Map<number, number>();
  readonly #time = new SimulatedTime();
  readonly #service: SimulatedService;
  readonly #children: SimulatedChildren;
  readonly #asides: SimulatedAsides;
  readonly #processes: Process[] = [];
  /** Of the runs that go on. */
  readonly #looks = new Set<() => Promise<void>>();
  readonly #random: SeededRandom;
  readonly #plan: WorkflowPlan;

  constructor(
    private readonly source: SourceProgram,
    /** Bytes that the execution may hold. */
    private readonly limitBytes: number = Infinity,
  ) {
    this.#random = new SeededRandom(source.seed ^ 0x5eed);
    this.#plan = planWorkflow(source.document);
    this.#service = new SimulatedService(source.seed, () => this.events);
    this.mails = new SimulatedMails(source.seed, () => this.events);
    this.#children = new SimulatedChildren(
      source.seed,
      this.#time,
      () => this.events,
      (path, id) => this.#asides.childEnded(path, id),
    );
    this.#asides = new SimulatedAsides({
      journal: this.journal,
      random: this.#random,
      now: () => this.#time.iso,
      started: (at) => this.#started(at),
      wake: (generation) => this.#wake(generation),
      nudge: () => {
        for (const look of this.#looks) void look();
      },
    });
  }

  /** The side effects, as the outside saw them. */
  get calls(): readonly Call[] {
    return this.#service.calls;
  }

  /** What no executor may do, and one did. */
  get violations(): readonly string[] {
    return [...this.#service.violations, ...this.mails.violations, ...this.#children.violations];
  }

  /** Children that nobody waits for, and nobody has cancelled. */
  get forgottenChildren(): readonly string[] {
    return this.#children.forgotten;
  }

  get entries(): readonly ExecutionEvent[][] {
    return this.journal.entries;
  }

  get events(): readonly ExecutionEvent[] {
    return this.journal.events;
  }

  /** See {@link SimulatedJournal}. */
  set onEntry(listener: (count: number) => void) {
    this.journal.onEntry = listener;
  }

  /** The oldest entries age out, so many of them. */
  dropEntries(count: number): void {
    this.journal.drop(count);
  }

  /** All processes die. */
  killAll(): void {
    for (const process of this.#processes) process.alive = false;
    this.deaths++;
  }

  /** Whether more than one executor has had it. */
  get isReplaced(): boolean {
    return this.#processes.length > 1;
  }

  /** How long the execution has taken by now, in milliseconds. */
  get elapsed(): number {
    return this.#time.now - EPOCH;
  }

  /** Calls back when so much time has passed, if anything happens then; whatever processes die. */
  after(milliseconds: number, run: () => void): void {
    this.#time.clockOf({ alive: true, paused: false }).after(milliseconds, run);
  }

  /** See {@link SimulatedAsides}. */
  cancel(how: { readonly nudged: boolean }): boolean {
    return this.#asides.cancel(how);
  }

  /** See {@link SimulatedAsides}. */
  signal(name: string, how: { readonly nudged: boolean }): string | null {
    return this.#asides.signal(name, how);
  }

  /** See {@link SimulatedAsides}. */
  decide(...decision: Parameters<SimulatedAsides['decide']>): ReturnType<SimulatedAsides['decide']> {
    return this.#asides.decide(...decision);
  }

  /** See {@link SimulatedAsides}. */
  tell(type: 'paused' | 'unpaused', how: { readonly nudged: boolean }): boolean {
    return this.#asides.tell(type, how);
  }

  /** While nobody has anything to run: lets what is to happen before the next timer happen, until that gives a message. */
  passIdleTime(): void {
    const isWanted = ([generation]: readonly [number, number]): boolean => !this.#published.has(generation);
    const next = (): number => Math.min(...[...this.#wakeUps].filter(isWanted).map(([, at]) => at));
    while (this.#queue.size === 0 && this.#time.fireNextBefore(next()));
  }

  #wake(generation: number): void {
    if (this.#published.has(generation)) return;
    this.#published.add(generation);
    this.#queue.add(generation);
  }

  /** Lets it begin with what another execution has recorded. */
  beginWith(reused: readonly ExecutionEvent[]): void {
    this.journal.store([this.#started(this.#time.iso), ...reused], 0);
  }

  /** A message that is not acknowledged; without one time passes until a timer gives one. Null when nothing will ever happen any more. */
  nextMessage(): number | null {
    if (this.#queue.size === 0) {
      const [first] = [...this.#wakeUps].sort(([, a], [, b]) => a - b);
      const { nextEnd } = this.#children;
      if (nextEnd < Infinity && nextEnd <= (first?.[1] ?? Infinity)) {
        this.#time.skipTo(nextEnd);
        this.#children.endDue();
        return this.nextMessage();
      }
      if (first === undefined) return null;
      const [generation, at] = first;
      this.#wakeUps.delete(generation);
      // Nobody notices one that is overtaken, however late it is.
      if (this.#published.has(generation)) return this.nextMessage();
      this.#time.skipTo(at);
      this.#wake(generation);
    }
    return Math.min(...this.#queue);
  }

  /** Delivers a message to a new executor. Returns how that ends: with the last event of its run, or null when there was nothing to run. */
  startExecutor(generation: number): { process: Process; ended: Promise<ExecutionEvent | Error | null> } {
    const process: Process = { alive: true, paused: false };
    const number = this.#processes.push(process);
    const work = this.#execute(process, number, generation);
    return { process, ended: work.catch((error: unknown) => error as Error) };
  }

  async #execute(process: Process, number: number, generation: number): Promise<ExecutionEvent | null> {
    const bus = this.journal.busOf(
      (milliseconds) => this.#time.pass(process, milliseconds),
      () => 1 + this.#random.below(3),
    );
    const request = { execution_id: 'exec_1', organisation_id: 'org_1', generation };
    const journal = new JournalSubject(bus, request, `run${number}`);
    const found = await journal.open();
    const claim = claimOf(found, generation);
    const last =
      claim === 'arm' || claim === 'pass' || claim === 'lose'
        ? null
        : await this.#run({ process, number, journal }, generation, claim);
    const until = last?.type === 'suspended' ? last.until : claim === 'arm' ? found.until : undefined;
    if (until !== undefined) {
      await this.#time.pass(process, 1);
      this.#wakeUps.set(generation + 1, Date.parse(until));
      this.onTimer();
    }
    await this.#time.pass(process, 1);
    this.#queue.delete(generation);
    return last;
  }

  async #run(
    { process, number, journal }: { process: Process; number: number; journal: JournalSubject },
    generation: number,
    claim: 'start' | 'resume' | 'wake',
  ): Promise<ExecutionEvent> {
    const at = this.#time.iso;
    const started = this.#started(at);
    const { input } = this.source;
    const clock = this.#time.clockOf(process);
    const client: HttpStepNeeds['client'] = {
      request: (request) => this.#service.answer(this.#callerOf(process, number), request.headers ?? {}),
    };
    const mails = { send: (asked: Announcement) => this.mails.send(asked, this.#callerOf(process, number)) };
    const handlers = stepHandlers({ http: { client, userAgent: 'Simulation', clock }, approval: { mails } });
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
      children: this.#children.of(
        (milliseconds) => this.#time.pass(process, milliseconds),
        () => number < this.#processes.length,
      ),
      clock,
      random: () => this.#random.next(),
      metrics: { stepEnded: () => undefined, stepRetried: () => undefined },
      onDefect: (fields) => void this.#service.violations.push(JSON.stringify(fields)),
    });
    const look = async (): Promise<void> => {
      await this.#time.pass(process, this.#random.below(5));
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
      const end = withLinks(cancelled, { linked: false, children: openChildrenIn(events) });
      await journal.append([end]);
      return end;
    } finally {
      this.#looks.delete(look);
    }
  }

  #started(at: string): Extract<ExecutionEvent, { type: 'started' }> {
    const of = { workflow_id: 'wf_1', version: 1, accepted_at: at, trigger: { type: 'api' } } as const;
    return { type: 'started', at, ...of, input: this.source.input, seed: SEED };
  }

  /** Lets time pass until `done` settles or nothing is left that could happen. */
  passTime(done: Promise<unknown>): Promise<void> {
    return this.#time.passUntil(done);
  }

  #callerOf(process: Process, number: number): Caller {
    const { length } = this.#processes;
    return { number, isReplaced: number < length, pass: (milliseconds) => this.#time.pass(process, milliseconds) };
  }
}
