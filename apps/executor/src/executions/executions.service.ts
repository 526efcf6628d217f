import { randomUUID } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, LIMITS, type ExecutionEvent, type Failure, type RunRequest } from '@millrace/contracts';
import { BUS, WrongSequenceError, type Bus, type Delivery } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { isoTime, pause, type Clock } from '../clock.js';
import { ReplayMismatchError } from '../engine/replay.js';
import { reachesOutside, type SomeStepHandlers } from '../steps/registry.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import { claimOf, type Claim, type JournalState } from './claim.js';
import { ExecutionRun } from './execution-run.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';
import { handOver, isNoFaultOfExecution } from './hand-over.js';
import { idsOf } from './ids-of.js';
import { JournalSubject } from './journal-subject.js';
import { LargeAppends } from './large-appends.js';
import { abandonment, lossOf, type Loss } from './lost-runs.js';
import { MemoryLedger } from './memory-ledger.js';
import { metrics } from './metrics.js';
import { Permits } from './permits.js';
import { ReadsOfRuns } from './reads-of-runs.js';
import { cancelledEvent, cancelRequestIn, effectsBegun } from './run-cancel.js';
import { RunningExecutions } from './running-executions.js';
import { scopeOf } from './scope-of.js';
import { startedEvent, type Started } from './started-event.js';
import { SupersededError } from './superseded.error.js';
import { VersionPrograms } from './version-programs.js';
import { WakeTimers } from './wake-timers.js';

/** Injection token of the {@link SomeStepHandlers}. */
export const STEP_HANDLERS = Symbol('executor:step-handlers');
/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('executor:clock');

/** A snapshot that is missing may be on its way (its bucket is being restored): so often it is looked for, 1 s, 2 s … apart. */
const LOOKS_FOR_VERSION = 3;
const LOOK_INTERVAL_MS = 1_000;
/** How long, and how often, an executor that was replaced looks whether the other one has ended the execution. */
const FOLLOW_MS = 60_000;
const FOLLOW_INTERVAL_MS = 1_000;
/** Journals that are read at the same time: until it runs, an execution is not counted among those that hold memory. */
const MOST_READERS = 2;

type DeliveryFacts = Pick<Delivery, 'deliveryCount' | 'redelivered' | 'signal'>;

/** Claims executions and runs them to their end, or until they can only wait. */
@Injectable()
export class ExecutionsService {
  readonly #programs: VersionPrograms;
  readonly #timers: WakeTimers;
  readonly #running = new RunningExecutions();
  readonly #readers = new Permits(MOST_READERS);
  readonly #large = new LargeAppends();
  readonly #memory = new MemoryLedger(Math.floor(getHeapStatistics().heap_size_limit * LIMITS.executorHeapShare));

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(STEP_HANDLERS) private readonly handlers: SomeStepHandlers,
    @Inject(StorageQuota) private readonly quota: Pick<StorageQuota, 'chargeRunning'>,
    private readonly reads: ReadsOfRuns,
  ) {
    this.#programs = new VersionPrograms(bus, handlers);
    this.#timers = new WakeTimers(bus);
  }

  /**
   * Runs one execution; returns when its end is in the journal, or that it is suspended and a timer is set that wakes it. Throws SupersededError (somebody else runs it),
   * ExecutorStoppingError, or what made it impossible to go on now: then another delivery resumes it.
   */
  async execute(request: RunRequest, delivery: DeliveryFacts): Promise<void> {
    const journal = new JournalSubject(this.bus, request, randomUUID());
    const isNew = !delivery.redelivered && request.generation === 0;
    try {
      if (isNew && (await this.#startUnread(request, delivery, journal))) return;
      await this.#takeOver(request, delivery, journal);
    } catch (error) {
      if (error instanceof WrongSequenceError) return this.#superseded(request, delivery, journal);
      if (isNoFaultOfExecution(error)) await handOver(journal, delivery, this.clock);
      throw error;
    }
  }

  /**
   * A first delivery is nearly always that of a new execution, which saves reading its journal: the first append says
   * otherwise. False when it does.
   */
  async #startUnread(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<boolean> {
    this.bus.room.requireToBegin();
    try {
      await this.#start(request, delivery, journal);
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError && journal.entries === 0) return false;
      throw error;
    }
  }

  async #takeOver(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    const found = await this.#open(journal);
    const claim = claimOf(found, request.generation);
    if (claim === 'pass') return this.#pass(request, found.state);
    if (claim === 'arm') return this.#timers.arm(request, found.until);
    if (claim === 'start') this.bus.room.requireToBegin();
    // Durable before anything else is done: if this process dies of the execution, the next one sees it.
    const first = await this.#claimEvent(claim, request, delivery, journal);
    await journal.append([first]);
    // Executors may have died of reading what is recorded, which is before anybody could count.
    if (journal.claims >= LIMITS.executionLostRuns)
      return await this.#abandon(request, journal, { lost: journal.claims, what: 'in a row that recorded nothing' });
    const program = await this.#program(request, delivery, journal);
    if (program === null) return;
    const release = await this.#readers.take();
    try {
      const events = claim === 'start' ? [first] : await journal.read();
      if (cancelRequestIn(events) !== undefined) return await this.#cancel(journal, events);
      const lost = lossOf(events.slice(0, -1));
      if (lost !== null) return await this.#abandon(request, journal, lost);
      if (claim === 'resume') this.#noteReplay(request, delivery, events.length);
      const started = events.find((event) => event.type === 'started') ?? startedEvent(request, Date.parse(first.at));
      await this.#drive(request, delivery, journal, { program, started }, (run) => run.resume(events, release));
    } finally {
      release();
    }
  }

  /** The latest entry may be large, and after a crash many executions are taken over at once. */
  async #open(journal: JournalSubject): Promise<JournalState> {
    const release = await this.#readers.take();
    try {
      return await journal.open();
    } finally {
      release();
    }
  }

  async #claimEvent(
    claim: Extract<Claim, 'start' | 'resume' | 'wake'>,
    request: RunRequest,
    delivery: DeliveryFacts,
    journal: JournalSubject,
  ): Promise<ExecutionEvent> {
    const now = this.clock.now();
    const at = isoTime(now);
    if (claim === 'start')
      return startedEvent(
        request,
        now,
        await this.reads.frozen.of(request.organisation_id, this.#programs.peek(request) ?? null),
      );
    if (claim === 'wake') return { type: 'woken', at, generation: request.generation };
    return { type: 'resumed', at, delivery: delivery.deliveryCount, claims: journal.claims + 1 };
  }

  /** What the message requests is done, or its execution does not exist. */
  #pass(request: RunRequest, state: string): void {
    if (state === 'new')
      this.logger.warn(
        idsOf(request),
        'An execution was to be woken of which the journal has nothing; it stays as it is',
      );
  }

  #noteReplay(request: RunRequest, delivery: DeliveryFacts, events: number): void {
    metrics.replayed();
    const fields = { ...idsOf(request), delivery: delivery.deliveryCount, events };
    this.logger.info(fields, 'Resuming an execution from its journal');
  }

  async #start(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    const program = this.#programs.peek(request) ?? (await this.#program(request, delivery, journal));
    if (program === null) return;
    const frozen = await this.reads.frozen.of(request.organisation_id, program);
    const started = startedEvent(request, this.clock.now(), frozen);
    await this.#drive(request, delivery, journal, { program, started }, (run) => run.start(started));
  }

  async #drive(
    request: RunRequest,
    delivery: DeliveryFacts,
    journal: JournalSubject,
    { program, started }: { program: WorkflowProgram; started: Started },
    begin: (run: ExecutionRun) => Promise<ExecutionEvent>,
  ): Promise<void> {
    const secrets = await this.reads.secrets.of(request, program);
    if ('code' in secrets) return this.#fail(request, journal, secrets);
    const run = new ExecutionRun({
      organisationId: request.organisation_id,
      executionId: request.execution_id,
      startedAt: started.at,
      seed: started.seed,
      memory: this.#memory,
      chargeStored: (bytes) => this.quota.chargeRunning(request.organisation_id, bytes),
      program,
      files: this.bus.files,
      masks: secrets.masks,
      redact: secrets.redact,
      sealing: secrets.sealing,
      scope: scopeOf(request, started, program, secrets.values),
      append: (events, bytes, heeding) =>
        this.#large.run(request.organisation_id, bytes, () => journal.append(events, heeding)),
      clock: this.clock,
      random: Math.random,
      metrics,
      onDefect: (fields, message) => this.logger.error({ ...idsOf(request), ...fields }, message),
    });
    const forget = this.#running.add(run, delivery.signal);
    const unwatch = this.reads.news.watch(request.execution_id, async () => run.heed(await journal.news()));
    let last: ExecutionEvent;
    try {
      last = await begin(run);
    } catch (error) {
      if (!(error instanceof ReplayMismatchError)) throw error;
      this.logger.error({ ...idsOf(request), err: error }, 'The journal does not fit the workflow version');
      return await this.#fail(request, journal, { code: 'INTERNAL_ERROR', message: error.message });
    } finally {
      forget();
      unwatch();
    }
    if (last.type !== 'suspended') return metrics.executionEnded(last.type);
    metrics.suspended();
    await this.#timers.arm(request, last.until);
  }

  /** The program of the version; null when it cannot be run and the execution has been ended for that. */
  async #program(
    request: RunRequest,
    delivery: DeliveryFacts,
    journal: JournalSubject,
  ): Promise<WorkflowProgram | null> {
    for (let look = 1; ; look++) {
      try {
        return await this.#programs.get(request);
      } catch (error) {
        if (!(error instanceof AppError) || error.entry.retryable) throw error;
        if (error.code !== 'VERSION_NOT_FOUND' || look === LOOKS_FOR_VERSION) {
          await this.#fail(request, journal, { code: error.code, message: error.message, details: error.details });
          return null;
        }
      }
      if (delivery.signal.aborted) throw new ExecutorStoppingError();
      await pause(this.clock, look * LOOK_INTERVAL_MS);
    }
  }

  /** Executors have died of it again and again: it must not take the next one down. */
  async #abandon(request: RunRequest, journal: JournalSubject, loss: Loss): Promise<void> {
    this.logger.error(
      { ...idsOf(request), lost: loss.lost },
      'Giving an execution up: its executors died, one after the other',
    );
    await this.#fail(request, journal, abandonment(loss));
  }

  /** Its run was lost, or it is taken over, with a request to cancel it: nothing of it is begun again. */
  async #cancel(journal: JournalSubject, events: readonly ExecutionEvent[]): Promise<void> {
    const asked = cancelRequestIn(events);
    if (asked === undefined) return;
    const begun = effectsBegun(events, (type) => reachesOutside(this.handlers, type));
    await journal.append([cancelledEvent(asked, isoTime(this.clock.now()), begun)]);
    metrics.executionEnded('cancelled');
  }

  async #fail(request: RunRequest, journal: JournalSubject, error: Failure): Promise<void> {
    const now = this.clock.now();
    const started = journal.isEmpty ? [startedEvent(request, now)] : [];
    await journal.append([...started, { type: 'failed', at: isoTime(now), error }]);
    metrics.executionEnded('failed');
  }

  /**
   * What this run has not appended nobody will see. The message must not be acknowledged while the other executor runs (it
   * may die too), and giving it back would let a third one interrupt that. So the end of that run is awaited, for a time.
   */
  async #superseded(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    metrics.fenced();
    this.logger.warn(idsOf(request), 'Another executor has taken over an execution; it is given up here');
    const { clock } = this;
    const patience = clock.now() + FOLLOW_MS;
    for (;;) {
      const found = await this.#open(journal);
      const claim = claimOf(found, request.generation);
      if (claim === 'pass') return;
      if (claim === 'arm') return this.#timers.arm(request, found.until);
      if (delivery.signal.aborted || clock.now() > patience) throw new SupersededError(request.execution_id);
      await pause(clock, FOLLOW_INTERVAL_MS);
    }
  }
}
