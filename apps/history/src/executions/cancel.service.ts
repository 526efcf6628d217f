import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  ExecutionNudged,
  isEnd,
  JournalEntry,
  type ExecutionEvent,
  type ExecutionResource,
  type JournalBatch,
  type RunRequest,
} from '@millrace/contracts';
import { BUS, Gate, WrongSequenceError, type Bus, type StoredMessage } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ExecutionSources, notFound, requireAddress, type ExecutionAddress } from './execution-sources.js';
import { ExecutionsService } from './executions.service.js';
import { ReadGate } from './read-gate.js';

/** An executor may append between every look and append of ours; of so many attempts one is in time. */
const ATTEMPTS = 200;
const ATTEMPTS_IN_A_ROW = 20;
const PAUSE_MS = 20;
/** Cancels that go on at once; one organisation has half of them. The others wait: their reads would be too many for {@link ReadGate}. */
const AT_ONCE = 8;

/** The question, as {@link CancelExecution} carries it. */
export interface CancelQuestion extends ExecutionAddress {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** The latest entry of a journal. */
type Last = StoredMessage<JournalBatch>;

/**
 * Cancels executions by an entry in their journals, behind what is there: the journal decides what came first, so that there is one end,
 * whatever happens at the same time. Nobody runs an execution that is suspended, or waits in the queue: that entry is its end. Whoever runs it is
 * told by the entry, and ends it. See docs/adr/0065-cancel.md.
 */
@Injectable()
export class CancelService {
  private readonly turns = new Gate(AT_ONCE);

  constructor(
    private readonly sources: ExecutionSources,
    private readonly executions: ExecutionsService,
    private readonly gate: ReadGate,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Returns the execution once it is cancelled, or its journal says that it is to be. Throws EXECUTION_NOT_FOUND; EXECUTION_FINISHED; INPUT_LOST
   * while its message waits and cannot be read; STORAGE_FULL and SERVICE_UNAVAILABLE.
   */
  async cancel(question: CancelQuestion): Promise<ExecutionResource> {
    requireAddress(question);
    const leave = await this.turns.enter(question.organisation_id);
    try {
      return await this.cancelNow(question);
    } finally {
      leave();
    }
  }

  private async cancelNow(question: CancelQuestion): Promise<ExecutionResource> {
    const { organisation_id, execution_id } = question;
    let seen = 0;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const last = await this.last(question);
      if (last !== null && (await this.isAsked(question, last, seen))) break;
      seen = last?.sequence ?? 0;
      const entry = await this.entryFor(question, last);
      // Claimed between the two looks: then it is in the journal.
      if (entry !== null && (await this.append(entry, last?.sequence ?? 0))) break;
      if (attempt === ATTEMPTS) throw busy(execution_id);
      // A copy of the journal may be late.
      if (attempt > ATTEMPTS_IN_A_ROW) await sleep(PAUSE_MS);
    }
    return this.executions.get({ organisation_id, execution_id });
  }

  private async last({ organisation_id, execution_id }: CancelQuestion): Promise<Last | null> {
    const address = { organisation_id, execution_id };
    return this.gate.run(organisation_id, () => this.bus.lastOnSubject(JournalEntry, address));
  }

  /** Whether there is nothing to do any more, because the journal has the request. What is up to `seen` has been looked through. */
  private async isAsked({ organisation_id, execution_id }: CancelQuestion, last: Last, seen: number): Promise<boolean> {
    const end = last.payload.events.find(isEnd);
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

  /** What is to follow the latest entry; null when that has changed meanwhile. */
  private async entryFor(question: CancelQuestion, last: Last | null): Promise<JournalBatch | null> {
    const { organisation_id, execution_id, by, reason } = question;
    const at = new Date().toISOString();
    const told = { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) };
    const asked: ExecutionEvent = { type: 'cancel_requested', at, ...told };
    const end: ExecutionEvent = { type: 'cancelled', at, ...told };
    const base = { entry_id: `cancel:${randomUUID()}`, execution_id, organisation_id };
    if (last !== null) {
      const { events, generation } = last.payload;
      const isSuspended = events.at(-1)?.type === 'suspended';
      const of = generation === undefined ? {} : { generation };
      return { ...base, events: isSuspended ? [asked, end] : [asked], ...of };
    }
    const { run, failure } = await this.sources.accepted(question);
    // A later generation would be one that has lost its journal.
    if (run?.generation === 0) return { ...base, events: [startedBy(run, at), asked, end] };
    if ((await this.last(question)) !== null) return null;
    const stored = await this.sources.stored(question);
    const { record } = stored;
    if (!record) throw failure ?? stored.failure ?? notFound(execution_id);
    if (record.status !== 'running' && record.status !== 'waiting') throw finished(execution_id, record.status);
    // Its journal has aged out, and no message is left: nothing will ever run it.
    return { ...base, events: [asked, end] };
  }

  /** False when somebody else has appended since. */
  private async append(entry: JournalBatch, expectLastSequence: number): Promise<boolean> {
    const continues = !entry.events.some(isEnd);
    try {
      const { sequence } = await this.bus.publish(JournalEntry, entry, { expectLastSequence, continues });
      if (continues) await this.nudge(entry, sequence);
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError) return false;
      throw error;
    }
  }

  /** Who runs it finds the entry without this too, a little later. */
  private async nudge({ execution_id, organisation_id }: JournalBatch, journal_sequence: number): Promise<void> {
    try {
      await this.bus.publish(ExecutionNudged, { execution_id, organisation_id, journal_sequence });
    } catch (error) {
      this.logger.warn({ err: error, executionId: execution_id }, 'Who runs an execution could not be told to look');
    }
  }
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

function finished(executionId: string, status: string): AppError {
  return new AppError('EXECUTION_FINISHED', {
    message: `The execution is ${status}: nothing can be changed about it any more`,
    details: { execution_id: executionId, status },
  });
}

function busy(executionId: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The execution could not be told to stop, because it went on at each attempt; try again',
    details: { execution_id: executionId },
  });
}
