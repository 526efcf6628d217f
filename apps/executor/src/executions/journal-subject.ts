import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppError,
  claimsOf,
  isAside,
  isEnd,
  JournalEntry,
  suspensionOf,
  type EndEvent,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import { WrongSequenceError, type Bus } from '@millrace/messaging';
import { mayHaveAgedOut } from '@millrace/service-kit/recorded-state';
import { Answers } from './answers.js';
import type { JournalState } from './claim.js';
import { metrics } from './metrics.js';
import { RecordedJournal } from './recorded-journal.js';

/** Of a run that no waking began; entries do not say it. */
const FIRST = 0;
/** What has refused an append is there: so often it is looked for, where copies of the journal may be late. */
const LOOKS_FOR_OTHERS = 20;
const LOOK_INTERVAL_MS = 50;

/** Who gets what others have written into the journal of a run, and decides what is still to be appended. */
export interface Heeding {
  /** Others have written these events; they take the execution from nobody. */
  heed(asides: readonly ExecutionEvent[]): void;
  /** What of these events may be appended after what was heeded; all of it by default. */
  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[];
}

/**
 * The journal of one execution. Each entry names the one it follows, so that of two executors who both take themselves for
 * the owner only one can append (fencing): the other gets a WrongSequenceError. What is written by who does not run the execution
 * (a request to cancel it) is in the way once, and is then followed.
 */
export class JournalSubject {
  #sequence = 0;
  #entries = 0;
  #claims = 0;
  #end: EndEvent | null = null;
  /** Nothing is on the subject because that has aged out: what is appended first follows what is recorded. */
  #isRecorded = false;
  readonly #recorded: RecordedJournal;
  readonly #answers: Answers;

  constructor(
    private readonly bus: Pick<
      Bus,
      'publish' | 'readSubject' | 'eachOnSubject' | 'lastOnSubject' | 'lastSequence' | 'tell' | 'request'
    >,
    private readonly request: Pick<RunRequest, 'execution_id' | 'organisation_id' | 'request_id'> &
      Partial<Pick<RunRequest, 'generation' | 'awaited'>>,
    /** Distinguishes the entries of this run from those of others. */
    private readonly runId: string,
  ) {
    this.#answers = new Answers(bus, request);
    this.#recorded = new RecordedJournal(bus, request);
  }

  /** Entries that this run has appended. */
  get entries(): number {
    return this.#entries;
  }

  /**
   * How the execution has ended, if its journal says so. What is only recorded any more was reported while it was in the journal: what that started may have left its own journal
   * too, and would run again.
   */
  get end(): EndEvent | null {
    return this.#end;
  }

  /** True while nothing is known of the execution. */
  get isEmpty(): boolean {
    return this.#sequence === 0 && !this.#isRecorded;
  }

  /** Whether an empty subject may be that of an execution which is not new. */
  get mayHaveAgedOut(): boolean {
    return (this.request.generation ?? FIRST) > FIRST || mayHaveAgedOut(this.request.execution_id, Date.now());
  }

  /** How far the execution is, from its latest entry alone; what is appended from now on follows that one. */
  async open(): Promise<JournalState> {
    // One that is woken has begun: passing it by would leave it asleep.
    const confirmNone = this.mayHaveAgedOut;
    const last = await this.bus.lastOnSubject(JournalEntry, this.request, { confirmNone });
    this.#sequence = last?.sequence ?? 0;
    const latest =
      last?.payload ?? (confirmNone ? await this.#recorded.latest(this.request.generation ?? FIRST) : null);
    this.#isRecorded = last === null && latest !== null;
    if (latest === null) return { state: 'new', generation: FIRST };
    if (latest === 'lost') return { state: 'lost', generation: FIRST };
    const { events, generation = FIRST } = latest;
    this.#claims = claimsOf(latest);
    const end = events.find(isEnd) ?? null;
    this.#end = this.#isRecorded ? null : end;
    if (end !== null) return { state: 'ended', generation };
    const suspension = suspensionOf(latest);
    return suspension === null
      ? { state: 'begun', generation }
      : { state: 'suspended', generation, until: suspension.until };
  }

  /** The same for one whose latest entry cannot be read. */
  async openUnread(): Promise<void> {
    this.#sequence = await this.bus.lastSequence(JournalEntry, this.request);
  }

  /** Claims in a row with which the journal ended when it was opened: each is of a run that has recorded nothing else. */
  get claims(): number {
    return this.#claims;
  }

  /** The recorded events, oldest first; what is appended from now on follows them. They do not begin with `started` when a part of them is lost. */
  async read(): Promise<ExecutionEvent[]> {
    const stored = await this.#upToDate(
      () => this.bus.readSubject(JournalEntry, this.request),
      (entries) => entries.at(-1),
    );
    this.#sequence = stored.at(-1)?.sequence ?? 0;
    const events = stored.flatMap((entry) => entry.payload.events);
    // The executor that recorded them may have died before it reported them.
    this.#answers.recorded(events);
    // Entries leave the journal from the oldest on, each when it is old.
    if (events[0]?.type === 'started') return events;
    return [...(await this.#recorded.events(stored[0]?.sequence)), ...events];
  }

  /**
   * Whether the latest entry, but for what others have written behind it, is this run's and does not say how it ended; then the next one follows it, also when the answer to
   * its append was lost. False when nothing is recorded.
   */
  async endsWithThisRun(): Promise<boolean> {
    const last = await this.#upToDate(
      () => this.bus.lastOnSubject(JournalEntry, this.request),
      (entry) => entry,
    );
    if (last === null) return false;
    if (!last.payload.entry_id.startsWith(`${this.runId}:`))
      return this.#entries > 0 && suspensionOf(last.payload) === null && (await this.#asides()) !== null;
    this.#sequence = last.sequence;
    return !last.payload.events.some((event) => isEnd(event) || event.type === 'suspended');
  }

  /** Appends one entry. Throws WrongSequenceError when another run has appended since. */
  async append(events: readonly ExecutionEvent[], heeding?: Heeding): Promise<void> {
    for (;;) {
      const permitted = heeding?.permitted(events) ?? events;
      if (permitted.length === 0) return;
      try {
        return await this.#append(permitted);
      } catch (error) {
        // Of an execution that has nothing of this run, a run must have been there before it.
        if (!(error instanceof WrongSequenceError) || this.isEmpty) throw error;
        const asides = await this.#asides();
        if (asides === null) throw error;
        heeding?.heed(asides);
      }
    }
  }

  /** What others have written since that this run has not heeded; empty while that is nothing, or another run has taken over. */
  async news(): Promise<readonly ExecutionEvent[]> {
    if ((await this.bus.lastSequence(JournalEntry, this.request)) === this.#sequence) return [];
    const news: { readonly sequence: number; readonly events: readonly ExecutionEvent[] }[] = [];
    for await (const { sequence, payload } of this.bus.eachOnSubject(JournalEntry, this.request, {
      from: this.#sequence + 1,
    })) {
      if (payload.events.every(isAside)) news.push({ sequence, events: payload.events });
      // Its own is stored, and the answer to its append on the way.
      else if (!payload.entry_id.startsWith(`${this.runId}:`)) return [];
    }
    // Meanwhile an append may have followed some of them, and what came behind.
    return news.flatMap(({ sequence, events }) => (sequence > this.#sequence ? events : []));
  }

  /** What others have written behind this run, which is followed from now on; null when it is another run. */
  async #asides(): Promise<readonly ExecutionEvent[] | null> {
    for (let look = 1; look <= LOOKS_FOR_OTHERS; look++) {
      const asides: ExecutionEvent[] = [];
      let last = this.#sequence;
      const others = this.bus.eachOnSubject(JournalEntry, this.request, { from: last + 1 });
      for await (const { sequence, payload } of others) {
        if (!payload.events.every(isAside)) return null;
        asides.push(...payload.events);
        last = sequence;
      }
      if (last > this.#sequence) {
        this.#sequence = last;
        return asides;
      }
      // The copy of the stream that served the read has not got it yet.
      await sleep(LOOK_INTERVAL_MS);
    }
    return null;
  }

  /** What a copy of the journal has that is not behind what this run knows of. Throws SERVICE_UNAVAILABLE. */
  async #upToDate<Read>(
    read: () => Promise<Read>,
    latest: (read: Read) => { readonly sequence: number } | null | undefined,
  ): Promise<Read> {
    for (let look = 1; look <= LOOKS_FOR_OTHERS; look++) {
      const found = await read();
      if ((latest(found)?.sequence ?? 0) >= this.#sequence) return found;
      await sleep(LOOK_INTERVAL_MS);
    }
    throw new AppError('SERVICE_UNAVAILABLE', {
      message: 'NATS does not return all of a journal that it has stored; try again',
      details: { service: 'nats' },
    });
  }

  async #append(events: readonly ExecutionEvent[]): Promise<void> {
    const { execution_id, organisation_id, request_id, generation = FIRST } = this.request;
    const entry = {
      entry_id: `${this.runId}:${this.#entries}`,
      execution_id,
      organisation_id,
      events: events as ExecutionEvent[],
      ...(generation > FIRST ? { generation } : {}),
    };
    const { sequence } = await this.bus.publish(JournalEntry, entry, {
      expectLastSequence: this.#sequence,
      continues: !events.some((event) => isEnd(event) || event.type === 'suspended'),
      ...(request_id === undefined ? {} : { requestId: request_id }),
    });
    this.#sequence = sequence;
    this.#end = events.find(isEnd) ?? null;
    this.#entries++;
    metrics.appended();
    this.#answers.recorded(events);
  }
}
