import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  ExecutionFinished,
  isEnd,
  JournalEntry,
  LIMITS,
  type ExecutionEvent,
  type FinishedExecution,
} from '@millrace/contracts';
import { BUS, WrongSequenceError, type Bus, type StoredMessage } from '@millrace/messaging';
import { KEEP_OPTIONS, type KeepOptions } from '../keep-options.js';
import { LeasesRepository } from '../upkeep/leases.repository.js';
import { ExecutionsRepository } from './executions.repository.js';
import { trimmedExecutions } from './projection.metrics.js';

/** Finished executions that are looked at together, and end markers that are on their way at once. */
const BATCH = 500;
const AT_ONCE = 50;

/** Called after each group of markers with how long it took and how long ago its last execution became due. Milliseconds. */
export type Rest = (tookMs: number, overdueMs: number) => Promise<void>;

/** How long a replica has the work to itself; longer than a batch takes. */
const LEASE_MS = 60_000;

/**
 * Takes finished executions out of the journal before its age limit does: their entries are replaced by an end marker, in one
 * step of the server. It follows the announcements of finished executions, which come after their records are written, and
 * waits until history has settled every entry up to the end, so nothing is dropped that is in the journal only. One replica
 * does it at a time; a batch that is done twice finds the markers there. While the store has no room for a marker, all entries but the last one go
 * all the same: they have to, since they may be what fills it.
 */
@Injectable()
export class JournalTrimmer {
  constructor(
    private readonly leases: LeasesRepository,
    private readonly executions: ExecutionsRepository,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(KEEP_OPTIONS) private readonly keep: KeepOptions,
  ) {}

  /**
   * Trims what is old enough, with a rest after each group of markers. Returns the number of executions; fewer than a batch when
   * there is no more to do now. Throws when NATS or MongoDB is away, and STORAGE_FULL after it has done what it can without room.
   */
  async trimBatch(now: number, rest: Rest = () => Promise.resolve()): Promise<number> {
    const lease = await this.leases.acquire('journal_trim', now, LEASE_MS);
    if (lease === null) return 0;
    const announced = await this.bus.readFrom(ExecutionFinished, lease.position + 1, BATCH);
    const due = await this.#due(announced, now);
    // Of these the journal has more than the record.
    const incomplete = await this.executions.withMissing(due.map(({ payload }) => payload.execution_id));
    const whole = due.filter(({ payload }) => !incomplete.has(payload.execution_id));
    let full: AppError | null = null;
    for (let from = 0; from < whole.length; from += AT_ONCE) {
      const group = whole.slice(from, from + AT_ONCE);
      const began = performance.now();
      full = (await this.#trimGroup(group.map(({ payload }) => payload))) ?? full;
      await rest(performance.now() - began, this.#dueSince(now) - Math.max(...group.map(announcedAt)));
    }
    if (full !== null) throw full;
    await this.leases.advance('journal_trim', due.at(-1)?.sequence ?? lease.position);
    return due.length;
  }

  /** The first ones that are old enough, and wholly projected. */
  async #due(
    announced: readonly StoredMessage<FinishedExecution>[],
    now: number,
  ): Promise<readonly StoredMessage<FinishedExecution>[]> {
    if (announced.length === 0) return [];
    const settled = await this.bus.settledUpTo(JournalEntry, 'history');
    const limit = this.#dueSince(now);
    const streams = await Promise.all(announced.map(({ payload }) => this.bus.streamOf(JournalEntry, payload)));
    const end = announced.findIndex((one, index) => {
      const floor = settled.get(streams[index] ?? '') ?? 0;
      return announcedAt(one) > limit || (one.payload.journal_sequence ?? 0) > floor;
    });
    return end < 0 ? announced : announced.slice(0, end);
  }

  /** What was announced before this is due. */
  #dueSince(now: number): number {
    return now - this.keep.journalFinishedMs;
  }

  /** Returns the STORAGE_FULL of an execution that has no marker for want of room; throws what else went wrong. */
  async #trimGroup(group: readonly FinishedExecution[]): Promise<AppError | null> {
    const trimmed = group.map((finished) =>
      this.#trim(finished).then(
        () => null,
        (error: unknown) => {
          if (isStorageFull(error)) return error;
          throw error;
        },
      ),
    );
    return (await Promise.all(trimmed)).find((error) => error !== null) ?? null;
  }

  async #trim(finished: FinishedExecution): Promise<void> {
    // Announced by an earlier version: its entries go when they are old.
    if (finished.journal_sequence === undefined) return;
    const { execution_id, organisation_id, journal_sequence, linked } = finished;
    const end = linked === true ? await this.#linkedEnd(finished) : endOf(finished);
    if (end === null) return;
    const marker = {
      entry_id: 'end',
      execution_id,
      organisation_id,
      events: [end],
      end_marker: true as const,
    };
    const replace = () =>
      this.bus.publish(JournalEntry, marker, {
        expectLastSequence: journal_sequence,
        replacesEarlier: true,
        // What others are to be notified of has to be there for as long as the message that notifies them may come again.
        ...(linked === true ? {} : { expiresAfterMs: LIMITS.endMarkerMs }),
      });
    try {
      await replace().catch(async (error: unknown) => {
        if (!isStorageFull(error)) throw error;
        await this.bus.removeBefore(JournalEntry, finished, journal_sequence);
        return replace();
      });
      trimmedExecutions.inc();
    } catch (error) {
      // The marker is there already, or the entries are gone.
      if (!(error instanceof WrongSequenceError)) throw error;
    }
  }

  /** The end as it is: an executor that is to notify others of it, or reads it for the step that waited for it, may still come. */
  async #linkedEnd({ execution_id, organisation_id }: FinishedExecution): Promise<ExecutionEvent | null> {
    const latest = await this.bus.lastOnSubject(JournalEntry, { execution_id, organisation_id });
    return latest?.payload.events.find(isEnd) ?? null;
  }
}

function isStorageFull(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'STORAGE_FULL';
}

function announcedAt({ publishedAt }: StoredMessage<FinishedExecution>): number {
  return Date.parse(publishedAt);
}

/** That the execution has ended, in as few words as its schema allows. Null for an end that only newer versions know: its entries go when they are old. */
function endOf({ status, completed_at: at, error }: FinishedExecution): ExecutionEvent | null {
  switch (status) {
    case 'failed':
      return { type: 'failed', at, error: { code: error?.code ?? 'INTERNAL_ERROR', message: '' } };
    case 'completed':
    case 'cancelled':
      return { type: status, at };
    default:
      return null;
  }
}
