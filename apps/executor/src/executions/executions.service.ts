import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, type ExecutionEvent, type Failure, type RunRequest } from '@millrace/contracts';
import { InjectBus, WrongSequenceError, type Bus, type Delivery } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { isoTime } from '../clock.js';
import { ReplayMismatchError } from '../engine/replay.js';
import type { StepTools } from '../steps/step-tools.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import { ExecutionRun } from './execution-run.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';
import { JournalSubject } from './journal-subject.js';
import { metrics } from './metrics.js';
import { scopeOf } from './scope-of.js';
import { SupersededError } from './superseded.error.js';
import { VersionPrograms } from './version-programs.js';

/** Injection token of the {@link StepTools}. */
export const STEP_TOOLS = Symbol('millrace:step-tools');

/** A snapshot that is missing may be on its way (its bucket is being restored): so many deliveries wait for it. */
const DELIVERIES_WITHOUT_VERSION = 3;

type DeliveryFacts = Pick<Delivery, 'deliveryCount' | 'redelivered' | 'last' | 'signal'>;

/** Claims executions and runs them to their end. */
@Injectable()
export class ExecutionsService {
  readonly #programs: VersionPrograms;

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
      await this.#superseded(request, journal);
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
    if (delivery.last) return this.#abandon(request, delivery, journal);
    if (events.length === 0) return this.#start(request, delivery, journal);
    metrics.replayed();
    this.#log(request).info({ delivery: delivery.deliveryCount, events: events.length }, 'Resuming an execution from its journal');
    const program = await this.#program(request, delivery, journal);
    if (program === null) return;
    await this.#drive(request, delivery, journal, program, (run) => run.resume(events, delivery.deliveryCount));
  }

  async #start(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    const program = this.#programs.peek(request) ?? (await this.#program(request, delivery, journal));
    if (program === null) return;
    await this.#drive(request, delivery, journal, program, (run) => run.start(startedEvent(request, this.tools.clock.now())));
  }

  async #drive(
    request: RunRequest,
    delivery: DeliveryFacts,
    journal: JournalSubject,
    program: WorkflowProgram,
    begin: (run: ExecutionRun) => Promise<ExecutionEvent>,
  ): Promise<void> {
    const run = new ExecutionRun({
      executionId: request.execution_id,
      program,
      scope: scopeOf(request, program),
      append: (events) => journal.append(events),
      clock: this.tools.clock,
      random: Math.random,
      tools: this.tools,
      metrics,
      logger: this.#log(request),
    });
    const stop = (): void => run.interrupt(new ExecutorStoppingError());
    delivery.signal.addEventListener('abort', stop, { once: true });
    if (delivery.signal.aborted) stop();
    try {
      const end = await begin(run);
      metrics.executionEnded(end.type);
    } catch (error) {
      if (!(error instanceof ReplayMismatchError)) throw error;
      this.#log(request).error({ err: error }, 'The journal does not fit the workflow version');
      await this.#fail(request, journal, { code: 'INTERNAL_ERROR', message: error.message });
    } finally {
      delivery.signal.removeEventListener('abort', stop);
    }
  }

  /** The program of the version; null when it cannot be run and the execution has been ended for that. */
  async #program(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<WorkflowProgram | null> {
    try {
      return await this.#programs.get(request);
    } catch (error) {
      if (!(error instanceof AppError) || error.entry.retryable) throw error;
      if (error.code === 'VERSION_NOT_FOUND' && delivery.deliveryCount < DELIVERIES_WITHOUT_VERSION) throw error;
      await this.#fail(request, journal, { code: error.code, message: error.message, details: error.details });
      return null;
    }
  }

  /** Executors have died of it again and again: it must not take the next one down. */
  async #abandon(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    this.#log(request).error({ deliveries: delivery.deliveryCount }, 'Giving an execution up after its last delivery');
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

  /** What this run has not appended nobody will see. If the other one has ended the execution, all is done. */
  async #superseded(request: RunRequest, journal: JournalSubject): Promise<void> {
    metrics.fenced();
    const events = await journal.read();
    if (events.some(isEnd)) return;
    this.#log(request).warn({}, 'Another executor has taken over an execution; giving it up here');
    throw new SupersededError(request.execution_id);
  }

  #log(request: RunRequest): Logger {
    const { execution_id, organisation_id, workflow_id, request_id } = request;
    return this.logger.child({
      executionId: execution_id,
      organisationId: organisation_id,
      workflowId: workflow_id,
      ...(request_id === undefined ? {} : { requestId: request_id }),
    });
  }
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
    ...(request_id === undefined ? {} : { request_id }),
  };
}

function isEnd(event: ExecutionEvent): boolean {
  return event.type === 'completed' || event.type === 'failed' || event.type === 'cancelled';
}
