import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { CLOCK } from './clock.js';
import { withBuffered, withReplacement, withStart, type Cursor } from './cursor.js';
import { ExecutionEnds } from './execution-ends.js';
import { RunningExecutions } from './running-executions.js';
import type { ScheduleEntry } from './schedule-entry.js';
import { executionIdOf } from './schedule-starter.js';

/** While an execution is waited for, the first pause between two questions about it. */
const WAIT_PAUSE_MS = 1_000;
/** While one that is cancelled has not ended. Most often that is at once. */
const CANCEL_PAUSE_MS = 200;

/** Says what becomes of a nominal time while the execution before goes on. It decides nothing: what it returns counts once it is written. */
@Injectable()
export class Overlap {
  constructor(
    @Inject(CLOCK) private readonly now: () => number,
    private readonly running: RunningExecutions,
    private readonly ends: ExecutionEnds,
  ) {}

  /** At a nominal time that is due: the cursor with what is to be done, or that the time is skipped. Throws SERVICE_UNAVAILABLE. */
  async atNominalTime(entry: ScheduleEntry, cursor: Cursor, at: number): Promise<Cursor | 'skip'> {
    const { overlap } = entry.plan;
    const waiting = cursor.buffered?.length ?? 0;
    // Who came first starts first.
    const isFree = overlap === 'allow' || (waiting === 0 && !(await this.#isGoingOn(entry, cursor)));
    if (isFree) return withStart(cursor, at, this.now());
    if (overlap === 'cancel_running') return withReplacement(cursor, at, this.now());
    if (overlap === 'skip') return 'skip';
    const room = overlap === 'buffer_one' ? 1 : LIMITS.scheduleBuffered;
    return waiting < room ? withBuffered(cursor, at) : 'skip';
  }

  /** The cursor with the start of the oldest time that waits; null while none does, or has to. Throws SERVICE_UNAVAILABLE. */
  async ofWaiting(entry: ScheduleEntry, cursor: Cursor): Promise<Cursor | null> {
    const [oldest] = cursor.buffered ?? [];
    const before = oldest === undefined ? null : startedBy(entry, cursor);
    if (before !== null && !(await this.#isOver(entry, before))) return null;
    this.ends.forget(entry);
    return oldest === undefined ? null : withStart(cursor, oldest, this.now());
  }

  /** Whether an execution is known to have ended; otherwise it is asked to. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async hasEnded(entry: ScheduleEntry, at: number): Promise<boolean> {
    const id = executionIdOf(entry.address, at);
    const isOver = await this.#ask(entry, id, CANCEL_PAUSE_MS, async (organisationId) => {
      if (!(await this.running.isGoingOn(organisationId, id))) return true;
      await this.running.cancel(organisationId, id);
      return !(await this.running.isGoingOn(organisationId, id));
    });
    if (isOver) this.ends.forget(entry);
    return isOver;
  }

  /** Whether an execution that is waited for is known to have ended. Throws SERVICE_UNAVAILABLE. */
  #isOver(entry: ScheduleEntry, id: string): Promise<boolean> {
    return this.#ask(
      entry,
      id,
      WAIT_PAUSE_MS,
      async (organisationId) => !(await this.running.isGoingOn(organisationId, id)),
    );
  }

  /** Asks whether an execution is over if that is to be asked now; false otherwise. Throws what `ask` throws. */
  async #ask(
    entry: ScheduleEntry,
    executionId: string,
    firstPauseMs: number,
    ask: (organisationId: string) => Promise<boolean>,
  ): Promise<boolean> {
    if (!this.ends.isToBeAsked(entry, executionId, firstPauseMs, this.now())) return false;
    try {
      return await ask(entry.address.organisation_id);
    } catch (error) {
      this.ends.askAgain(entry);
      throw error;
    }
  }

  async #isGoingOn(entry: ScheduleEntry, cursor: Cursor): Promise<boolean> {
    const before = startedBy(entry, cursor);
    return before !== null && (await this.running.isGoingOn(entry.address.organisation_id, before));
  }
}

/** The execution that the schedule has started last; null for none. */
function startedBy({ address }: ScheduleEntry, { last }: Cursor): string | null {
  return last?.outcome === 'started' ? executionIdOf(address, last.at) : null;
}
