import {
  AppError,
  CancelExecution,
  LIMITS,
  type ExecutionEvent,
  type Failure,
  type RunRequest,
  type SlotGroup,
} from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { wakeExecution } from '@millrace/service-kit/wake-execution';
import { isoTime, type Clock } from '../clock.js';
import { dueOf } from '../executions/due-of.js';
import { outputOptions } from '../executions/evaluation-options.js';
import type { JournalSubject } from '../executions/journal-subject.js';
import { queuedTooLong } from '../executions/queue-timeout.js';
import { cancelRequestIn } from '../executions/run-cancel.js';
import type { RunEnds } from '../executions/run-ends.js';
import { scopeOf } from '../executions/scope-of.js';
import type { Started } from '../executions/started-event.js';
import type { WakeTimers } from '../executions/wake-timers.js';
import { StepFailure } from '../steps/step-failure.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import { groupOf, type ConcurrencySlots } from './concurrency-slots.js';
import { DISPLACED, type Limit, type Taken } from './slots.js';

/** So often others are cancelled for one execution, some at a time; when there is no room for it after that, its message comes again. */
const ATTEMPTS = 5;

/** An execution that is about to run, or to run on. */
export interface Arrival {
  readonly request: RunRequest;
  readonly journal: JournalSubject;
  readonly program: WorkflowProgram;
  readonly started: Started;
  /** What the journal has of it. */
  readonly events: readonly ExecutionEvent[];
  /** Never behind the server that sets timers. */
  readonly clock: Clock;
}

/** What the gate takes. */
export interface SlotGateParts {
  readonly bus: Pick<Bus, 'publish' | 'lastOnSubject' | 'request'>;
  readonly slots: ConcurrencySlots;
  readonly ends: RunEnds;
  readonly timers: WakeTimers;
}

/** Comes before the runs of workflows with `settings.concurrency`: an execution without a slot is suspended, or ends. */
export class SlotGate {
  constructor(private readonly parts: SlotGateParts) {}

  /**
   * Whether it may run now. When it may not, what becomes of it is in the journal. One that has run a step already goes on, with a slot of its own: it has one,
   * unless it was begun by a release that knew of no slots, or their record is lost.
   */
  async admits(arrival: Arrival): Promise<boolean> {
    const { request, journal, program, events } = arrival;
    const { concurrency } = program.plan;
    if (concurrency === null) return true;
    const { ends, slots } = this.parts;
    const group = groupIn(arrival);
    if (events.some(hasBegun)) {
      if (!('code' in group)) await slots.keep(group, request.execution_id);
      return true;
    }
    if ('code' in group) return ended(ends.fail(request, journal, group));
    const { outcome, newest } = await this.#take(request, group, concurrency);
    switch (outcome) {
      case 'running':
        return true;
      case 'skipped':
        return ended(ends.skip(request, journal, skipReason(concurrency.limit), events));
      case 'replaced':
        return ended(ends.skip(request, journal, replacedBy(newest), events));
      case 'full':
        return ended(ends.fail(request, journal, queueFull()));
      case 'waiting':
        return ended(this.#suspend(arrival, group));
    }
  }

  /**
   * Asks for a slot, and cancels those in whose place it is to run; their requests are in their journals before the record says so. Where there are more than can be
   * cancelled here, the next one that asks goes on with them.
   */
  async #take(request: RunRequest, group: SlotGroup, limit: Limit): Promise<Omit<Taken, 'slots'>> {
    const { slots } = this.parts;
    for (let attempt = 1; ; attempt++) {
      const taken = await slots.take(group, request.execution_id, limit);
      const { outcome, displaced, newest } = taken;
      if (displaced.length === 0 || (attempt > ATTEMPTS && outcome !== 'full')) return taken;
      // Others that come as quickly have taken the room.
      if (attempt > ATTEMPTS) throw new AppError('SERVICE_UNAVAILABLE');
      for (const older of displaced) await this.#cancel(request, older, newest);
      await slots.leave(group, displaced, limit.limit);
      if (outcome !== 'full' && displaced.length < DISPLACED) return taken;
    }
  }

  async #suspend(arrival: Arrival, group: SlotGroup): Promise<void> {
    const { bus, ends, slots, timers } = this.parts;
    const { request, journal, events, started, clock } = arrival;
    const { timeoutMs, queueTimeoutMs } = arrival.program.plan;
    const now = clock.now();
    const beganAt = Date.parse(started.at);
    const late = queuedTooLong(arrival.program.plan, beganAt, now);
    if (late !== null) return await ends.fail(request, journal, late);
    const timeoutAt = timeoutMs === null ? Infinity : beganAt + timeoutMs;
    const latest = Math.min(timeoutAt, Date.parse(started.accepted_at) + LIMITS.executionWaitMs);
    if (now >= latest) return await ends.fail(request, journal, waitedTooLong(now >= timeoutAt ? timeoutMs : null));
    // Whoever gives it a slot wakes it. That it looks by itself is for a slot that nobody has given back.
    const queueEnd = beganAt + (queueTimeoutMs ?? Infinity) + 1;
    const until = isoTime(Math.min(latest, queueEnd, now + LIMITS.concurrencyLookMs));
    const asides: ExecutionEvent[] = [];
    await journal.append([{ type: 'suspended', at: isoTime(now), until, linked: true }], {
      heed: (news) => void asides.push(...news),
      permitted: (wanted) => (cancelRequestIn(asides) === undefined ? wanted : []),
    });
    if (cancelRequestIn(asides) !== undefined) return await ends.cancel(request, journal, [...events, ...asides]);
    // Who gave it a slot before it was suspended has not woken it.
    if (await slots.has(group, request.execution_id)) return await wakeExecution(bus, dueOf(request));
    await timers.arm(request, until);
  }

  async #cancel({ organisation_id }: RunRequest, execution_id: string, newest: string): Promise<void> {
    const reason = replacedBy(newest);
    try {
      await this.parts.bus.request(CancelExecution, { organisation_id, execution_id, reason, steps: 'none' });
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof AppError) || error.entry.retryable) throw error;
    }
  }
}

/** Whether it is the event of a step that has run. What is taken over from another execution was run by that one. */
function hasBegun(event: ExecutionEvent): boolean {
  return event.type.startsWith('step_') && !('reused' in event && event.reused === true);
}

async function ended(work: Promise<void>): Promise<false> {
  await work;
  return false;
}

/** The group of an execution, or why its key cannot be worked out. */
export function groupIn({
  request,
  program,
  started,
}: Pick<Arrival, 'request' | 'program' | 'started'>): SlotGroup | Failure {
  try {
    const surroundings = { program, executionId: request.execution_id, seed: started.seed };
    const scope = { ...scopeOf(request, started, program, {}), steps: {} };
    return groupOf(request, program.concurrencyKey(scope, outputOptions(surroundings, Date.parse(started.at))));
  } catch (error) {
    const { code, message, details } = StepFailure.from(error);
    return { code, message, details: { ...details, path: 'settings.concurrency.key' } };
  }
}

function replacedBy(newest: string): string {
  return `Replaced by ${newest} (settings.concurrency)`;
}

function skipReason(limit: number): string {
  return `Skipped: ${limit} of the workflow ${limit === 1 ? 'runs' : 'run'} already (settings.concurrency)`;
}

function queueFull(): Failure {
  const { concurrencyWaiting } = LIMITS;
  return {
    code: 'CONCURRENCY_QUEUE_FULL',
    message: `${concurrencyWaiting} executions wait already for a slot of settings.concurrency; start fewer, raise its limit, or let it skip`,
    details: { limit: concurrencyWaiting },
  };
}

function waitedTooLong(timeoutMs: number | null): Failure {
  if (timeoutMs === null)
    return {
      code: 'WAIT_TOO_LONG',
      message: 'The execution has waited for a slot of settings.concurrency for too long',
    };
  const message = `The execution took longer than its timeout of ${timeoutMs} ms (settings.timeout): it waited for a slot of settings.concurrency`;
  return { code: 'EXECUTION_TIMEOUT', message, details: { timeout_ms: timeoutMs } };
}
