import { randomUUID } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  LIMITS,
  RunRequested,
  type ExecutionEvent,
  type Failure,
  type RunRequest,
} from '@millrace/contracts';
import { InjectBus, WrongSequenceError, type Bus, type Delivery } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { isoTime } from '../clock.js';
import { ReplayMismatchError } from '../engine/replay.js';
import type { StepTools } from '../steps/step-tools.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import { ExecutionRun } from './execution-run.js';
import { isEnd, JournalSubject } from './journal-subject.js';
import { MemoryLedger } from './memory-ledger.js';
import { metrics } from './metrics.js';
import { RunningExecutions } from './running-executions.js';
import { scopeOf } from './scope-of.js';
import { newSeed } from './seeded-random.js';
import { SupersededError } from './superseded.error.js';
import { VersionPrograms } from './version-programs.js';

/** Injection token of the {@link StepTools}. */
export const STEP_TOOLS = Symbol('millrace:step-tools');

/** A snapshot that is missing may be on its way (its bucket is being restored): so many deliveries wait for it. */
const DELIVERIES_WITHOUT_VERSION = 3;
/** How long, and how often, an executor that was replaced looks whether the other one has ended the execution. */
const FOLLOW_MS = 60_000;
const FOLLOW_INTERVAL_MS = 1_000;

type DeliveryFacts = Pick<Delivery, 'deliveryCount' | 'redelivered' | 'last' | 'signal'>;

/** Claims executions and runs them to their end. */
@Injectable()
export class ExecutionsService {
  readonly #programs: VersionPrograms;
  readonly #running = new RunningExecutions();
  readonly #memory = new MemoryLedger(getHeapStatistics().heap_size_limit * LIMITS.executorHeapShare);

  constructor(
    @InjectBus() private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STEP_TOOLS) private readonly tools: StepTools,
  ) {
    this.#programs = new VersionPrograms(bus);
  }

  /**
   * Runs one execution; returns when its end is in the journal. Throws SupersededError (somebody else runs it),
   * ExecutorStoppingError, or what made it impossible to go on now: then another delivery resumes it.
   */
  async execute(request: RunRequest, delivery: DeliveryFacts): Promise<void> {
    const journal = new JournalSubject(this.bus, request, randomUUID());
    const isNew = !delivery.redelivered && request.generation === 0;
    try {
      if (isNew && (await this.#startUnread(request, delivery, journal))) return;
      await this.#takeOver(request, delivery, journal);
    } catch (error) {
      if (!(error instanceof WrongSequenceError)) throw error;
      await this.#superseded(request, delivery, journal);
    }
  }

  /**
   * A first delivery is nearly always that of a new execution, which saves reading its journal: the first append says
   * otherwise. False when it does.
   */
  async #startUnread(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<boolean> {
    try {
      await this.#start(request, delivery, journal);
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError && journal.entries === 0) return false;
      throw error;
    }
  }

  async #takeOver(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    const events = await journal.read();
    if (events.some(isEnd)) return;
    if (delivery.last) {
      return hasProgressed(events) ? this.#renew(request) : this.#abandon(request, delivery, journal);
    }
    if (events.length === 0) return this.#start(request, delivery, journal);
    metrics.replayed();
    this.logger.info(
      { ...idsOf(request), delivery: delivery.deliveryCount, events: events.length },
      'Resuming an execution from its journal',
    );
    const program = await this.#program(request, delivery, journal);
    if (program === null) return;
    await journal.append([{ type: 'resumed', at: isoTime(this.tools.clock.now()), delivery: delivery.deliveryCount }]);
    const seed = events.find((event) => event.type === 'started')?.seed;
    await this.#drive(request, delivery, journal, { program, seed }, (run) => run.resume(events));
  }

  async #start(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    const program = this.#programs.peek(request) ?? (await this.#program(request, delivery, journal));
    if (program === null) return;
    const started = startedEvent(request, this.tools.clock.now());
    await this.#drive(request, delivery, journal, { program, seed: started.seed }, (run) => run.start(started));
  }

  async #drive(
    request: RunRequest,
    delivery: DeliveryFacts,
    journal: JournalSubject,
    { program, seed }: { program: WorkflowProgram; seed: string | undefined },
    begin: (run: ExecutionRun) => Promise<ExecutionEvent>,
  ): Promise<void> {
    const run = new ExecutionRun({
      executionId: request.execution_id,
      seed,
      memory: this.#memory,
      program,
      scope: scopeOf(request, program),
      append: (events) => journal.append(events),
      clock: this.tools.clock,
      random: Math.random,
      tools: this.tools,
      metrics,
      onDefect: (fields, message) => this.logger.error({ ...idsOf(request), ...fields }, message),
    });
    const forget = this.#running.add(run, delivery.signal);
    try {
      const end = await begin(run);
      metrics.executionEnded(end.type);
    } catch (error) {
      if (!(error instanceof ReplayMismatchError)) throw error;
      this.logger.error({ ...idsOf(request), err: error }, 'The journal does not fit the workflow version');
      await this.#fail(request, journal, { code: 'INTERNAL_ERROR', message: error.message });
    } finally {
      forget();
    }
  }

  /** The program of the version; null when it cannot be run and the execution has been ended for that. */
  async #program(
    request: RunRequest,
    delivery: DeliveryFacts,
    journal: JournalSubject,
  ): Promise<WorkflowProgram | null> {
    try {
      return await this.#programs.get(request);
    } catch (error) {
      if (!(error instanceof AppError) || error.entry.retryable) throw error;
      if (error.code === 'VERSION_NOT_FOUND' && delivery.deliveryCount < DELIVERIES_WITHOUT_VERSION) throw error;
      await this.#fail(request, journal, { code: error.code, message: error.message, details: error.details });
      return null;
    }
  }

  /** It takes more than its deliveries, but it gets on: a new message has a new budget of them. */
  async #renew(request: RunRequest): Promise<void> {
    const renewed = { ...request, generation: request.generation + 1 };
    const { request_id } = request;
    await this.bus.publish(RunRequested, renewed, request_id === undefined ? {} : { requestId: request_id });
    this.logger.warn(
      { ...idsOf(request), generation: renewed.generation },
      'An execution needed many deliveries; it goes on as a new message',
    );
  }

  /** Executors have died of it again and again: it must not take the next one down. */
  async #abandon(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    this.logger.error(
      { ...idsOf(request), deliveries: delivery.deliveryCount },
      'Giving an execution up after its last delivery',
    );
    await this.#fail(request, journal, {
      code: 'EXECUTION_ABANDONED',
      message: `The execution was given up after ${delivery.deliveryCount - 1} attempts that did not reach its end; executors died or stopped while running it`,
      details: { deliveries: delivery.deliveryCount },
    });
  }

  async #fail(request: RunRequest, journal: JournalSubject, error: Failure): Promise<void> {
    const now = this.tools.clock.now();
    const started = journal.isEmpty ? [startedEvent(request, now)] : [];
    await journal.append([...started, { type: 'failed', at: isoTime(now), error }]);
    metrics.executionEnded('failed');
  }

  /**
   * What this run has not appended nobody will see. The message must not be acknowledged while the other executor runs (it
   * may die too), and giving it back would let a third one interrupt that. So its end is awaited, for a time.
   */
  async #superseded(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    metrics.fenced();
    this.logger.warn(idsOf(request), 'Another executor has taken over an execution; it is given up here');
    const { clock } = this.tools;
    const patience = clock.now() + FOLLOW_MS;
    while (!(await journal.hasEnded())) {
      if (delivery.signal.aborted || clock.now() > patience) throw new SupersededError(request.execution_id);
      await new Promise<void>((resolve) => void clock.after(FOLLOW_INTERVAL_MS, resolve));
    }
  }
}

function idsOf(request: RunRequest): object {
  const { execution_id, organisation_id, workflow_id, request_id } = request;
  return {
    executionId: execution_id,
    organisationId: organisation_id,
    workflowId: workflow_id,
    ...(request_id === undefined ? {} : { requestId: request_id }),
  };
}

function startedEvent(request: RunRequest, now: number): Extract<ExecutionEvent, { type: 'started' }> {
  const { workflow_id, version, accepted_at, trigger, input, request_id } = request;
  return {
    type: 'started',
    at: isoTime(now),
    workflow_id,
    version,
    accepted_at,
    trigger,
    input: input ?? null,
    seed: newSeed(),
    ...(request_id === undefined ? {} : { request_id }),
  };
}

/** Whether a step got a result since the execution was last taken over. */
function hasProgressed(events: readonly ExecutionEvent[]): boolean {
  const taken = events.findLastIndex((event) => event.type === 'resumed');
  return events.slice(taken + 1).some((event) => event.type === 'step_completed' || event.type === 'step_failed');
}
