import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  isEnd,
  JournalEntry,
  suspensionOf,
  type ExecutionEvent,
  type ExecutionResource,
  type RunRequest,
} from '@millrace/contracts';
import { BUS, Gate, type Bus } from '@millrace/messaging';
import { JournalAsides, type Following, type LatestEntry } from '@millrace/service-kit/journal-asides';
import { ExecutionSources, notFound, requireAddress, type ExecutionAddress } from './execution-sources.js';
import { ExecutionsService } from './executions.service.js';
import { ReadGate } from './read-gate.js';

/** Cancels that go on at once; one organisation has half of them. The others wait: their reads would be too many for {@link ReadGate}. */
const AT_ONCE = 8;

/** The question, as {@link CancelExecution} carries it. */
export interface CancelQuestion extends ExecutionAddress {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  readonly steps?: 'none' | undefined;
}

/**
 * Cancels executions by an entry in their journals, behind what is there: the journal decides what came first, so that there is one end,
 * whatever happens at the same time. Nobody runs an execution that is suspended, or waits in the queue: that entry is its end. Whoever runs it is
 * woken by the entry, and ends it. See docs/adr/0065-cancel.md.
 */
@Injectable()
export class CancelService {
  readonly #turns = new Gate(AT_ONCE);

  constructor(
    private readonly sources: ExecutionSources,
    private readonly executions: ExecutionsService,
    private readonly gate: ReadGate,
    private readonly asides: JournalAsides,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /**
   * Returns the execution once it is cancelled, or its journal says that it is to be. Throws EXECUTION_NOT_FOUND; EXECUTION_FINISHED; INPUT_LOST
   * while its message waits and cannot be read; STORAGE_FULL and SERVICE_UNAVAILABLE.
   */
  async cancel(question: CancelQuestion): Promise<ExecutionResource> {
    requireAddress(question);
    const leave = await this.#turns.enter(question.organisation_id);
    try {
      return await this.#cancelNow(question);
    } finally {
      leave();
    }
  }

  async #cancelNow(question: CancelQuestion): Promise<ExecutionResource> {
    const { organisation_id, execution_id, steps } = question;
    const address = { organisation_id, execution_id };
    const at_least = await this.asides.write(address, async (latest, seen) => {
      if (latest === null) return this.#beforeAnyEntry(question);
      if (await this.#isAsked(question, latest, seen)) return 'done';
      // Its journal has aged out while somebody had it: whoever is to go on with it has a message.
      const isLost = latest.sequence === 0 && suspensionOf(latest.payload) === null;
      if (isLost && !(await this.#hasMessage(address))) return ended(question);
      return behind(question, latest);
    });
    return this.executions.get({ ...address, steps, at_least });
  }

  /** Whether there is nothing to do any more, because the journal has the request. What is up to `seen` has been looked through. */
  async #isAsked(
    { organisation_id, execution_id }: CancelQuestion,
    latest: LatestEntry,
    seen: number,
  ): Promise<boolean> {
    const end = latest.payload.events.find(isEnd);
    if (end) throw finished(execution_id, end.type);
    const address = { organisation_id, execution_id };
    return this.gate.run(organisation_id, async (stillWanted) => {
      for await (const { payload } of this.bus.eachOnSubject(JournalEntry, address, { from: seen + 1 })) {
        stillWanted();
        if (payload.events.some(isCancelRequest)) return true;
      }
      return false;
    });
  }

  async #hasMessage(address: ExecutionAddress): Promise<boolean> {
    const { run, failure } = await this.sources.accepted(address);
    return run !== null || failure !== undefined;
  }

  /** What a journal begins with that is empty: no executor has had time for the execution yet, or it has aged out. */
  async #beforeAnyEntry(question: CancelQuestion): Promise<Following | 'changed'> {
    const { organisation_id, execution_id } = question;
    const { at, asked, end } = eventsOf(question);
    const { run, failure } = await this.sources.accepted(question);
    // A later generation would be one that has lost its journal.
    if (run?.generation === 0) return { events: [startedBy(run, at), asked, end], wakes: false };
    const address = { organisation_id, execution_id };
    // Claimed between the two looks: then it is in the journal.
    if (
      (await this.gate.run(organisation_id, () =>
        this.bus.lastSequence(JournalEntry, address, { confirmNone: true }),
      )) > 0
    )
      return 'changed';
    const stored = await this.sources.stored(question);
    const { record } = stored;
    if (!record) throw failure ?? stored.failure ?? notFound(execution_id);
    if (record.status !== 'running' && record.status !== 'waiting') throw finished(execution_id, record.status);
    // There is a record by now: what follows is decided by it.
    return 'changed';
  }
}

/** Nothing will ever run it. */
function ended(question: CancelQuestion): Following {
  const { asked, end } = eventsOf(question);
  return { events: [asked, end], wakes: false };
}

/**
 * Nobody runs an execution that is suspended: then the request is followed by the end. One of whose end others are to be notified is woken, since an executor
 * does that.
 */
function behind(question: CancelQuestion, latest: LatestEntry): Following {
  const { asked, end } = eventsOf(question);
  const suspension = suspensionOf(latest.payload);
  if (suspension?.linked === true) return { events: [asked], wakes: true };
  return { events: suspension === null ? [asked] : [asked, end], wakes: false };
}

function eventsOf({ by, reason }: CancelQuestion): { at: string; asked: ExecutionEvent; end: ExecutionEvent } {
  const at = new Date().toISOString();
  const told = { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) };
  return { at, asked: { type: 'cancel_requested', at, ...told }, end: { type: 'cancelled', at, ...told } };
}

function isCancelRequest({ type }: ExecutionEvent): boolean {
  return type === 'cancel_requested';
}

/** The beginning of an execution that no executor has begun. It has no seed: nothing of it is ever evaluated. */
function startedBy(run: RunRequest, at: string): ExecutionEvent {
  const { workflow_id, version, accepted_at, trigger, input = null, request_id, label } = run;
  return {
    ...{ type: 'started', at, workflow_id, version, accepted_at, trigger, input },
    ...(request_id === undefined ? {} : { request_id }),
    ...(label === undefined ? {} : { label }),
  };
}

/** That an execution has ended. */
export function finished(executionId: string, status: string): AppError {
  return new AppError('EXECUTION_FINISHED', {
    message: `The execution is ${status}: nothing can be changed about it any more`,
    details: { execution_id: executionId, status },
  });
}
