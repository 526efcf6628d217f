import { isEnd, JournalEntry, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { Answers } from './answers.js';
import type { JournalState } from './claim.js';
import { metrics } from './metrics.js';

/** Of a run that no waking began; entries do not say it. */
const FIRST = 0;

/**
 * The journal of one execution. Each entry names the one it follows, so that of two executors who both take themselves for
 * the owner only one can append (fencing): the other gets a WrongSequenceError.
 */
export class JournalSubject {
  #sequence = 0;
  #entries = 0;
  #claims = 0;
  readonly #answers: Answers;

  constructor(
    private readonly bus: Pick<Bus, 'publish' | 'readSubject' | 'lastOnSubject' | 'lastSequence' | 'tell'>,
    private readonly request: Pick<RunRequest, 'execution_id' | 'organisation_id' | 'request_id'> &
      Partial<Pick<RunRequest, 'generation' | 'awaited'>>,
    /** Tells the entries of this run from those of others. */
    private readonly runId: string,
  ) {
    this.#answers = new Answers(bus, request);
  }

  /** Entries that this run has appended. */
  get entries(): number {
    return this.#entries;
  }

  /** True while nothing is known to be on the subject. */
  get isEmpty(): boolean {
    return this.#sequence === 0;
  }

  /** How far the execution is, from its latest entry alone; what is appended from now on follows that one. */
  async open(): Promise<JournalState> {
    const last = await this.bus.lastOnSubject(JournalEntry, this.request);
    this.#sequence = last?.sequence ?? 0;
    if (last === null) return { state: 'new', generation: FIRST };
    const { events, generation = FIRST } = last.payload;
    this.#claims = claimsIn(events);
    if (events.some(isEnd)) return { state: 'ended', generation };
    const event = events.at(-1);
    return event?.type === 'suspended'
      ? { state: 'suspended', generation, until: event.until }
      : { state: 'begun', generation };
  }

  /** The same for one whose latest entry cannot be read. */
  async openUnread(): Promise<void> {
    this.#sequence = await this.bus.lastSequence(JournalEntry, this.request);
  }

  /** Claims in a row with which the journal ended when it was opened: each is of a run that has recorded nothing else. */
  get claims(): number {
    return this.#claims;
  }

  /** The recorded events, oldest first; what is appended from now on follows them. */
  async read(): Promise<ExecutionEvent[]> {
    const stored = await this.bus.readSubject(JournalEntry, this.request);
    this.#sequence = stored.at(-1)?.sequence ?? 0;
    const events = stored.flatMap((entry) => entry.payload.events);
    // The executor that recorded them may have died before it told of them.
    this.#answers.recorded(events);
    return events;
  }

  /**
   * Whether the latest entry is this run's and does not say how it ended; then the next one follows it, also when the answer to
   * its append was lost. False when nothing is recorded.
   */
  async endsWithThisRun(): Promise<boolean> {
    const last = await this.bus.lastOnSubject(JournalEntry, this.request);
    if (last === null || !last.payload.entry_id.startsWith(`${this.runId}:`)) return false;
    this.#sequence = last.sequence;
    return !last.payload.events.some((event) => isEnd(event) || event.type === 'suspended');
  }

  /** Appends one entry. Throws WrongSequenceError when somebody else has appended since. */
  async append(events: readonly ExecutionEvent[]): Promise<void> {
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
    this.#entries++;
    metrics.appended();
    this.#answers.recorded(events);
  }
}

/** Claims in a row up to an entry, by that entry alone. */
function claimsIn(events: readonly ExecutionEvent[]): number {
  const [only] = events;
  if (events.length !== 1 || only?.type !== 'resumed' || only.handed_over === true) return 0;
  return only.claims ?? 1;
}
