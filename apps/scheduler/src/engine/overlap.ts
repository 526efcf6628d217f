import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { CLOCK } from './clock.js';
import { withBuffered, withReplacement, withStart, type Cursor } from './cursor.js';
import { RunningExecutions } from './running-executions.js';
import type { ScheduleEntry } from './schedule-entry.js';
import { executionIdOf } from './schedule-starter.js';

/** Says what becomes of a nominal time while the execution before goes on. It decides nothing: what it returns counts once it is written. */
@Injectable()
export class Overlap {
  constructor(
    @Inject(CLOCK) private readonly now: () => number,
    private readonly running: RunningExecutions,
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
    if (oldest === undefined || (await this.#isGoingOn(entry, cursor))) return null;
    return withStart(cursor, oldest, this.now());
  }

  /** Whether an execution has ended; otherwise it is asked to. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async hasEnded({ address }: ScheduleEntry, at: number): Promise<boolean> {
    const { organisation_id } = address;
    const id = executionIdOf(address, at);
    if (!(await this.running.isGoingOn(organisation_id, id))) return true;
    await this.running.cancel(organisation_id, id);
    return !(await this.running.isGoingOn(organisation_id, id));
  }

  async #isGoingOn({ address }: ScheduleEntry, { last }: Cursor): Promise<boolean> {
    if (last?.outcome !== 'started') return false;
    return this.running.isGoingOn(address.organisation_id, executionIdOf(address, last.at));
  }
}
