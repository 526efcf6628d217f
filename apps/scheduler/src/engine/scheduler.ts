import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { HealthResult } from '@millrace/service-kit/health';
import type { Logger } from '@millrace/service-kit/logging';
import { CLOCK } from './clock.js';
import { DueHeap } from './due-heap.js';
import { ExecutionEnds } from './execution-ends.js';
import { FairPool } from './fair-pool.js';
import type { ScheduleEntry } from './schedule-entry.js';
import { ScheduleTable } from './schedule-table.js';
import { ScheduleWorker } from './schedule-worker.js';

/** Injection token of how many schedules are worked on at a time. */
export const STARTS_AT_ONCE = Symbol('scheduler:starts-at-once');

/** Longest pause between two looks at the clock: it follows another one, and timers do not follow that. Milliseconds. */
const LOOK_MS = 200;
/** After a failure a schedule, or the reading of what is published, is tried again after so long. */
const RETRY_MS = 1_000;
/** Changes are announced; in case one does not arrive, everything is read again after so long. */
const REREAD_MS = 5 * 60_000;
/** Entries that are gone stay in the heap until they are due, but not more than this many beside the live ones. */
const MOST_GONE = 10_000;

/**
 * Starts executions when schedules are due. There is no leader: each process works on all schedules, and they agree by the
 * cursors (`ScheduleWorker`). One timer serves all schedules, and organisations take turns.
 */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #heap = new DueHeap<ScheduleEntry>();
  readonly #pool: FairPool;
  /** Workflows whose snapshot has changed, and null for all. */
  readonly #changed = new Set<string | null>([null]);
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #readAllAt = 0;
  #ready = false;
  #failing = false;
  #stopping = false;
  #endWatch: (() => void) | undefined;

  constructor(
    @Inject(CLOCK) private readonly now: () => number,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'info' | 'warn'>,
    @Inject(STARTS_AT_ONCE) startsAtOnce: number,
    private readonly table: ScheduleTable,
    private readonly worker: ScheduleWorker,
    private readonly ends: ExecutionEnds,
  ) {
    this.#pool = new FairPool(startsAtOnce, Math.min(startsAtOnce, LIMITS.scheduleStartsAtOnce));
  }

  onApplicationBootstrap(): void {
    this.#endWatch = this.table.watch((workflowId) => {
      this.#changed.add(workflowId);
      void this.#refresh();
    });
    this.ends.watch((entry) => this.#heap.bringForward(entry, this.now()));
    this.#tick();
  }

  /** Begins nothing more, and waits for what is under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#endWatch?.();
    await this.#refreshing;
    await this.#pool.drained();
  }

  /** For /health/ready: whether all schedules are known. */
  check(): HealthResult {
    return this.#ready ? { up: true } : { up: false, detail: 'schedules have not been read yet' };
  }

  #tick(): void {
    if (this.#stopping) return;
    if (performance.now() - this.#readAllAt > REREAD_MS) this.#changed.add(null);
    if (this.#changed.size > 0) void this.#refresh();
    const pause = this.#ready ? this.#workOnDue() : LOOK_MS;
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, pause));
  }

  /** Begins with what is due, and returns in how many milliseconds to look again. The time is known once all schedules are. */
  #workOnDue(): number {
    const now = this.now();
    for (let next = this.#heap.peek(); next !== undefined && next.dueAt <= now; next = this.#heap.peek()) {
      this.#heap.pop();
      this.#work(next);
    }
    return Math.min(LOOK_MS, (this.#heap.peek()?.dueAt ?? Infinity) - now);
  }

  #work(entry: ScheduleEntry): void {
    if (entry.gone) return;
    this.#pool.add(entry.address.organisation_id, async () => {
      if (entry.gone || this.#stopping) return;
      try {
        const dueAt = await this.worker.advance(entry);
        if (this.#failing) this.logger.info('Schedules start executions again');
        this.#failing = false;
        if (dueAt !== null) this.#await(entry, dueAt);
      } catch (error) {
        if (!this.#failing) this.logger.warn({ err: error }, 'Starts by schedules have to wait');
        this.#failing = true;
        this.#await(entry, this.now() + RETRY_MS);
      }
    });
  }

  #await(entry: ScheduleEntry, dueAt: number): void {
    if (entry.gone) return;
    entry.dueAt = dueAt;
    this.#heap.push(entry);
  }

  /** Reads what has changed. One reading at a time, and what changes meanwhile is read after it. */
  async #refresh(): Promise<void> {
    if (this.#refreshing !== undefined || this.#stopping) return;
    this.#refreshing = this.#refreshChanged();
    await this.#refreshing;
    this.#refreshing = undefined;
    if (this.#ready && this.#changed.size > 0) void this.#refresh();
  }

  async #refreshChanged(): Promise<void> {
    const changed = [...this.#changed];
    this.#changed.clear();
    try {
      if (!this.#ready) await this.#readFirst();
      else if (changed.includes(null)) await this.#readAll();
      else for (const workflowId of changed) if (workflowId !== null) await this.table.refresh(workflowId);
    } catch (error) {
      this.logger.warn({ err: error }, 'Schedules could not be read yet');
      for (const workflowId of changed) this.#changed.add(workflowId);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    } finally {
      // Also what was read before a failure: the next reading does not find it new again.
      this.#scheduleFresh();
    }
  }

  async #readAll(): Promise<void> {
    await (this.#ready ? this.table.refreshAll() : this.table.readFirst());
    this.#readAllAt = performance.now();
  }

  async #readFirst(): Promise<void> {
    // Nothing is decided before it is known what time it is.
    this.now();
    await this.#readAll();
    this.#ready = true;
    this.logger.info({ schedules: this.table.size }, 'All schedules are known');
  }

  #scheduleFresh(): void {
    if (!this.#ready) return;
    for (const entry of this.table.takeFresh()) if (entry.stopped === null) this.#await(entry, entry.dueAt);
    if (this.#heap.size > this.table.size + MOST_GONE) this.#heap.keep(({ gone }) => !gone);
  }
}
