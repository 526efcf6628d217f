import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppError,
  claimsOf,
  ExecutionNudged,
  isEnd,
  JournalEntry,
  suspensionOf,
  type DueExecution,
  type ExecutionEvent,
  type JournalBatch,
  type RecordedState,
} from '@millrace/contracts';
import { WrongSequenceError, type Bus, type StoredMessage } from '@millrace/messaging';
import type { Logger } from './logging.js';
import { entryOf, readRecordedState, unlessYoung } from './recorded-state.js';
import { wakeExecution } from './wake-execution.js';

/** An executor may append between every look and append of ours; of so many attempts one is in time. */
const ATTEMPTS = 200;
const ATTEMPTS_IN_A_ROW = 20;
const PAUSE_MS = 20;

/** The execution whose journal is written. */
export interface JournalAddress {
  readonly organisation_id: string;
  readonly execution_id: string;
}

/** The latest entry of a journal. */
export type LatestEntry = StoredMessage<JournalBatch>;

/** What is to follow the latest entry. */
export interface Following {
  readonly events: readonly ExecutionEvent[];
  /** Whether it is something to go on with for an execution that is suspended. */
  readonly wakes: boolean;
}

/**
 * Decides what is to follow the latest entry of a journal, null when there is none yet. What is up to the sequence `seen` was there at the call before.
 * Returns `done` when nothing is to be written, and `changed` when there is a later entry by now. What it throws ends the attempt.
 */
export type Compose = (latest: LatestEntry | null, seen: number) => Promise<Following | 'done' | 'changed'>;

/** How reads of journals are bounded, in whoever reads more of them than it writes. */
export type ReadBound = <Result>(organisationId: string, read: () => Promise<Result>) => Promise<Result>;

/** How far an execution is by its record, for one of which the journal has nothing any more; null without one. */
export type ReadRecord = (address: JournalAddress) => Promise<RecordedState | null>;

/** What writing asides takes beside the journal. */
export interface AsidesMeans {
  /** By default history is asked. */
  readonly recorded?: ReadRecord;
  readonly bound?: ReadBound;
}

/**
 * Writes into the journals of executions what is asked of them (asides), by whoever does not run them. An entry names the one that it follows: the journal decides what
 * came first. Who runs the execution heeds it; a suspended one is woken for it, if it is something to go on with.
 * See docs/adr/0069-asides-that-wake.md.
 */
export class JournalAsides {
  constructor(
    private readonly bus: Pick<Bus, 'publish' | 'lastOnSubject' | 'eachOnSubject' | 'request'>,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly means: AsidesMeans = {},
  ) {}

  /**
   * Appends what `compose` says; returns once that is durable, and with it that the execution is woken. Asked again after a
   * crash, `compose` is to find what it has written before. The result is the sequence of the entry that was written, or up to which there was nothing to write:
   * whoever reads the journal as far as that reads what was asked for. Throws what `compose` throws; STORAGE_FULL, SERVICE_UNAVAILABLE.
   */
  async write(address: JournalAddress, compose: Compose): Promise<number> {
    let seen = 0;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const latest = await this.#latest(address);
      const following = await compose(latest, seen);
      if (following === 'done') return readableUpTo(latest);
      seen = latest?.sequence ?? 0;
      const written = following === 'changed' ? null : await this.#append(address, latest, following);
      if (written !== null) return written;
      // A copy of the journal may be late.
      if (attempt > ATTEMPTS_IN_A_ROW) await sleep(PAUSE_MS);
    }
    throw busy(address.execution_id);
  }

  /**
   * Wakes an execution that is suspended, for something that is not in its journal. One that is not stays as it is: it has to look by itself
   * after its suspension. False when it has ended, or nothing is left of it. Throws STORAGE_FULL, SERVICE_UNAVAILABLE.
   */
  async wakeSuspended(address: JournalAddress): Promise<boolean> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const latest = await this.#latest(address);
      if (latest === null || latest.payload.events.some(isEnd)) return false;
      if (suspensionOf(latest.payload) === null) return true;
      const woken = await this.#wake(address, (latest.payload.generation ?? 0) + 1);
      if (woken !== 'late') return woken === 'woken';
      await sleep(PAUSE_MS);
    }
    throw busy(address.execution_id);
  }

  /**
   * Puts an execution that has ended into the queue once more, under a generation that no run has had: whoever takes it from there notifies others of the end. Throws STORAGE_FULL,
   * SERVICE_UNAVAILABLE.
   */
  async queueEnded(address: JournalAddress, generation: number): Promise<void> {
    await this.#wake(address, generation);
  }

  async #latest(address: JournalAddress): Promise<LatestEntry | null> {
    const latest = await this.#bound(address.organisation_id, () =>
      this.bus.lastOnSubject(JournalEntry, address, { confirmNone: true }),
    );
    if (latest !== null) return latest;
    const state = await this.#recorded(address);
    return state && entryOf(address, state);
  }

  #bound<Result>(organisationId: string, read: () => Promise<Result>): Promise<Result> {
    return this.means.bound === undefined ? read() : this.means.bound(organisationId, read);
  }

  #recorded(address: JournalAddress): Promise<RecordedState | null> {
    const { recorded = (of) => readRecordedState(this.bus, of) } = this.means;
    return unlessYoung(address, () => recorded(address));
  }

  /** The sequence of the entry; null when somebody else has appended since, or what was read is not up to date. */
  async #append(address: JournalAddress, latest: LatestEntry | null, following: Following): Promise<number | null> {
    const { organisation_id, execution_id } = address;
    const { generation } = latest?.payload ?? {};
    const ends = following.events.some(isEnd);
    const suspension = latest === null || ends ? null : suspensionOf(latest.payload);
    // Who takes the execution over counts them by the latest entry alone.
    const claims = latest === null ? 0 : claimsOf(latest.payload);
    // Before it is written, or a crash between would leave it asleep. Who is woken first finds nothing new, and our append is refused.
    const isWoken = suspension !== null && following.wakes;
    const woken = isWoken ? await this.#wake(address, (generation ?? 0) + 1) : 'woken';
    if (woken === 'aged out') throw lost(address.execution_id);
    if (woken === 'late') return null;
    const entry: JournalBatch = {
      entry_id: `aside:${randomUUID()}`,
      execution_id,
      organisation_id,
      events: [...following.events],
      ...(generation === undefined ? {} : { generation }),
      ...(suspension === null ? {} : { suspended: suspension }),
      ...(claims === 0 ? {} : { claims }),
    };
    const expectLastSequence = latest?.sequence ?? 0;
    try {
      const { sequence } = await this.bus.publish(JournalEntry, entry, { expectLastSequence, continues: !ends });
      if (!ends && suspension === null) await this.#nudge(address, sequence);
      return sequence;
    } catch (error) {
      if (error instanceof WrongSequenceError) return null;
      throw error;
    }
  }

  async #wake(address: JournalAddress, generation: number): Promise<'woken' | 'late' | 'aged out'> {
    const beginning = await this.#beginningOf(address);
    if (beginning === 'aged out') return beginning;
    if (beginning === null) return 'late';
    await wakeExecution(this.bus, { ...beginning, generation });
    return 'woken';
  }

  /** Null when the copy of the journal that was read has nothing of it yet. */
  async #beginningOf(address: JournalAddress): Promise<Omit<DueExecution, 'generation'> | 'aged out' | null> {
    const { organisation_id, execution_id } = address;
    const first = await this.#bound(organisation_id, () => this.#first(address));
    const state = isStarted(first) ? null : await this.#recorded(address);
    const started = isStarted(first) ? first : state?.started;
    if (!isStarted(started)) return first === null && state === null ? null : 'aged out';
    const { workflow_id, version, accepted_at, trigger, request_id, traceparent, awaited } = started;
    const told = {
      ...(request_id === undefined ? {} : { request_id }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(awaited === undefined ? {} : { awaited }),
    };
    return { execution_id, organisation_id, workflow_id, version, accepted_at, trigger, ...told };
  }

  /** The first event that the journal has. */
  async #first(address: JournalAddress): Promise<ExecutionEvent | null> {
    for await (const { payload } of this.bus.eachOnSubject(JournalEntry, address)) return payload.events[0] ?? null;
    return null;
  }

  /** Who runs it finds the entry without this too, a little later. */
  async #nudge({ execution_id, organisation_id }: JournalAddress, journal_sequence: number): Promise<void> {
    try {
      await this.bus.publish(ExecutionNudged, { execution_id, organisation_id, journal_sequence });
    } catch (error) {
      this.logger.warn({ err: error, executionId: execution_id }, 'Who runs an execution could not be asked to look');
    }
  }
}

function isStarted(event: ExecutionEvent | null | undefined): event is Extract<ExecutionEvent, { type: 'started' }> {
  return event?.type === 'started';
}

/** No read finds an end marker, but what it stands for is recorded by then. */
function readableUpTo(latest: LatestEntry | null): number {
  return latest === null || latest.payload.end_marker === true ? 0 : latest.sequence;
}

function busy(executionId: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'Nothing could be added to the execution, because it went on at each attempt; try again',
    details: { execution_id: executionId },
  });
}

function lost(executionId: string): AppError {
  return new AppError('EXECUTION_FINISHED', {
    message: 'The beginning of the execution is lost: nothing runs it any more',
    details: { execution_id: executionId },
  });
}
