import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import type { StoredRecord } from '@millrace/messaging';
import { CLOCK } from './clock.js';
import {
  cursorSince,
  isRefusedAgain,
  withNote,
  withoutBuffered,
  withoutUntold,
  withRefusal,
  withStarted,
  withUntold,
  type Cursor,
  type Note,
} from './cursor.js';
import { Cursors } from './cursors.js';
import { decide, type Decision } from './decide.js';
import { Overlap } from './overlap.js';
import { forgetCursor } from './rest.js';
import { RunningExecutions } from './running-executions.js';
import { ScheduleEvents } from './schedule-events.js';
import { executionIdOf, ScheduleStarter } from './schedule-starter.js';
import { keptCursor, type ScheduleEntry } from './schedule-entry.js';
import { notStarted, startLag, startsTotal } from './scheduler.metrics.js';

/** Decisions about one schedule before it is another's turn. */
const DECISIONS_IN_A_ROW = 20;

/**
 * After so long an undone start is not simply repeated: the execution may have ended, and be started a second time. Half
 * of `LIMITS.startOnceMs`.
 */
const REPEATABLE_MS = 12 * 60 * 60 * 1_000;

/** While all starts are paused, a start that is undone is decided again so often. */
const RENEW_MS = 60 * 60 * 1_000;

const TELL_AGAIN_MS = 6_000;

/** While the schedules of an organisation have started as many as they may, one that is due looks again so often. */
const PACE_LOOK_MS = 1_000;

/** Failures that pass: the start is tried again. With any other the nominal time is over. */
export const PASSING: readonly string[] = ['SERVICE_UNAVAILABLE', 'STORAGE_FULL', 'STARTS_PAUSED'];

/**
 * Brings one schedule up to date. Any number of processes may do that at once: each decision about a nominal time is written
 * by compare-and-set before it is carried out, and whoever finds one that may not have been carried out does so, under
 * the same execution id. So a process that dies, or is slow, holds up nothing, and nothing starts twice.
 */
@Injectable()
export class ScheduleWorker {
  constructor(
    @Inject(CLOCK) private readonly now: () => number,
    private readonly cursors: Cursors,
    private readonly starter: ScheduleStarter,
    private readonly running: RunningExecutions,
    private readonly overlap: Overlap,
    private readonly events: ScheduleEvents,
  ) {}

  /** Does what is due, and returns when the schedule is due again; null for never. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async advance(entry: ScheduleEntry): Promise<number | null> {
    for (let decisions = 0; decisions < DECISIONS_IN_A_ROW && !entry.gone; decisions++) {
      const cursor = await this.#current(entry);
      if (cursor === null) continue;
      if (cursor === 'ending') return entry.awaits?.askAt ?? this.now();
      if (await this.#startWaiting(entry, cursor)) continue;
      const decision = decide(entry.plan, cursor.value.handled_at, this.now());
      if (decision.kind === 'wait') return this.#rest(entry, cursor, decision.until);
      if (decision.kind === 'end') return this.#againAt(entry, cursor);
      if (decision.kind === 'start' && !this.starter.mayStart(entry.address.organisation_id, entry.plan, this.now()))
        return this.now() + PACE_LOOK_MS;
      await this.#carryOut(entry, cursor, decision);
      // Such decisions cost the most: what else is due comes in between.
      if (decision.kind === 'missed') await setImmediate();
    }
    return entry.gone ? null : this.now();
  }

  /**
   * The cursor, with nothing left to do of what it says; null when another process has written it meanwhile, `ending` while the
   * execution has not ended that is cancelled for the next one.
   */
  async #current(entry: ScheduleEntry): Promise<StoredRecord<Cursor> | null | 'ending'> {
    entry.cursor ??= await this.cursors.read(entry.address);
    const { cursor, address, plan } = entry;
    if (cursor?.value.last?.outcome === 'starting') {
      await this.#keepWhilePaused(entry, cursor);
      if (!(await this.#isCancelled(entry, cursor.value))) return 'ending';
      if (!(await this.#ensureStarted(entry, cursor))) return null;
    }
    if (!(await this.#tellIfPossible(entry))) return null;
    const settled = entry.cursor;
    if (settled?.value.since === plan.since) return settled;
    const from = { since: plan.since, now: this.now() };
    const anew = withoutBuffered(cursorSince(address, from, settled?.value ?? null));
    const revision = settled?.revision ?? 0;
    // Nothing is to be kept of a schedule before its first time.
    if (settled === null) return { value: anew.cursor, revision };
    if (anew.note === null) return this.#write(entry, anew.cursor, revision);
    return this.#note(entry, { value: anew.cursor, revision }, anew.note);
  }

  /** What was decided just before all starts were paused is still to be started afterwards, however long that is. Throws STARTS_PAUSED. */
  async #keepWhilePaused(entry: ScheduleEntry, { value, revision }: StoredRecord<Cursor>): Promise<void> {
    try {
      await this.starter.requireStarts();
    } catch (error) {
      const { last } = value;
      const age = last === null ? 0 : this.now() - last.decided_at;
      const isPaused = error instanceof AppError && error.code === 'STARTS_PAUSED';
      if (isPaused && last !== null && age > RENEW_MS && age <= REPEATABLE_MS)
        await this.#write(entry, { ...value, last: { ...last, decided_at: this.now() } }, revision);
      throw error;
    }
  }

  /** Whether nothing is left of the execution that was to be cancelled first. */
  async #isCancelled(entry: ScheduleEntry, { last }: Cursor): Promise<boolean> {
    if (last?.cancels === undefined || this.now() - last.decided_at > REPEATABLE_MS) return true;
    return this.overlap.hasEnded(entry, last.cancels);
  }

  /** Decides to start the oldest time that waits, when the execution before has ended. */
  async #startWaiting(entry: ScheduleEntry, { value, revision }: StoredRecord<Cursor>): Promise<boolean> {
    if (value.buffered !== undefined) await this.starter.requireStarts();
    const decided = await this.overlap.ofWaiting(entry, value);
    if (decided !== null) await this.#write(entry, decided, revision);
    return decided !== null;
  }

  /** Announces what was decided and is not announced yet; what can't be stays. False when another process has written the cursor meanwhile. */
  async #tellIfPossible(entry: ScheduleEntry): Promise<boolean> {
    const { cursor } = entry;
    if (!cursor?.value.untold || !(await this.events.tell(cursor.value))) return true;
    return (await this.#write(entry, withoutUntold(cursor.value), cursor.revision)) !== null;
  }

  /** When the schedule is to be looked at again, of which nothing is due before `until`. */
  #rest(entry: ScheduleEntry, cursor: StoredRecord<Cursor>, until: number): number {
    const again = this.#againAt(entry, cursor);
    if (again === null) forgetCursor(entry, until, this.now());
    return Math.min(until, again ?? Infinity);
  }

  /** When to look again although no time is due: something is to be announced, or waits; null when there is nothing. */
  #againAt({ awaits }: ScheduleEntry, { value }: StoredRecord<Cursor>): number | null {
    const times = [
      ...(value.buffered === undefined ? [] : [awaits?.askAt ?? this.now()]),
      ...(value.untold === undefined ? [] : [this.now() + TELL_AGAIN_MS]),
    ];
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Makes sure that the last start has taken place. False when another process has written the cursor meanwhile. */
  async #ensureStarted(entry: ScheduleEntry, { value, revision }: StoredRecord<Cursor>): Promise<boolean> {
    const { last } = value;
    if (last === null) return true;
    if (this.now() - last.decided_at > REPEATABLE_MS) {
      const { organisation_id } = entry.address;
      const found = await this.running.exists(organisation_id, executionIdOf(entry.address, last.at));
      const settled = found ? withStarted(value) : await this.#refused(entry, value, 'SERVICE_UNAVAILABLE');
      return (await this.#write(entry, settled, revision)) !== null;
    }
    return (await this.#write(entry, await this.#start(entry, value, last), revision)) !== null;
  }

  /** Starts, and returns the cursor that says what became of it. */
  async #start(entry: ScheduleEntry, cursor: Cursor, last: NonNullable<Cursor['last']>): Promise<Cursor> {
    const { at, previous_at: previous } = last;
    try {
      const next = entry.plan.times.after(at)?.at ?? null;
      const { duplicate } = await this.starter.start(entry.address, { at, previous, next }, cursor.since);
      if (!duplicate) {
        startsTotal.inc();
        // What waited for another execution is late on purpose.
        if (last.waited !== true && last.cancels === undefined)
          startLag.observe(Math.max(0, this.now() - at - entry.plan.jitter(at)) / 1_000);
      }
      return withStarted(cursor);
    } catch (error) {
      if (!(error instanceof AppError) || PASSING.includes(error.code)) throw error;
      // Another process may have started it before it was refused here.
      const { address } = entry;
      if (await this.running.exists(address.organisation_id, executionIdOf(address, at))) return withStarted(cursor);
      notStarted.inc({ outcome: 'refused' });
      return this.#refused(entry, cursor, error.code);
    }
  }

  /** Notes that a start was refused. Subscribers are notified of the first in a row: a schedule that is broken is, each time. */
  async #refused({ address }: ScheduleEntry, before: Cursor, code: string): Promise<Cursor> {
    const { cursor, note } = withRefusal(before, code);
    const isTold = note !== null && !isRefusedAgain(before) && (await this.events.areWanted(address, note));
    return isTold ? withUntold(cursor, note, this.now()) : cursor;
  }

  async #carryOut(
    entry: ScheduleEntry,
    { value, revision }: StoredRecord<Cursor>,
    decision: Extract<Decision, { kind: 'start' | 'missed' }>,
  ): Promise<void> {
    if (decision.kind === 'missed') {
      const { from: first_at, to: last_at, count, more } = decision;
      const missed = { outcome: 'missed', first_at, last_at, count, more, code: null } as const;
      await this.#note(entry, { value, revision }, missed);
      return;
    }
    await this.starter.requireStarts();
    const { at } = decision;
    const chosen = await this.overlap.atNominalTime(entry, value, at);
    // Carried out when the loop comes to it again.
    if (chosen !== 'skip') await this.#write(entry, chosen, revision);
    else {
      const skipped = { outcome: 'skipped', first_at: at, last_at: at, count: 1, more: false, code: null } as const;
      await this.#note(entry, { value, revision }, skipped);
    }
  }

  /** Notes times at which nothing is started; subscribers are notified when the loop comes to it again. */
  async #note(
    entry: ScheduleEntry,
    { value, revision }: StoredRecord<Cursor>,
    note: Note,
  ): Promise<StoredRecord<Cursor> | null> {
    const noted = withNote(value, note);
    const isWanted = await this.events.areWanted(entry.address, note);
    const written = await this.#write(entry, isWanted ? withUntold(noted, note, this.now()) : noted, revision);
    if (written !== null) notStarted.inc({ outcome: note.outcome }, note.count);
    return written;
  }

  /** Writes the cursor, or forgets it, so that it is read again, when another process has written it. */
  async #write(entry: ScheduleEntry, value: Cursor, revision: number): Promise<StoredRecord<Cursor> | null> {
    const written = await this.cursors.write(value, revision);
    entry.cursor = written === null ? undefined : keptCursor(entry, written);
    return written;
  }
}
