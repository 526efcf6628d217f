import {
  ReadRecordedState,
  suspensionOf,
  type ExecutionEvent,
  type JournalBatch,
  type RecordedState,
  type Suspension,
} from '@millrace/contracts';
import { WrongSequenceError, type Bus, type PublishOptions, type StoredMessage } from '@millrace/messaging';

type JournalBus = Pick<
  Bus,
  'publish' | 'readSubject' | 'eachOnSubject' | 'lastOnSubject' | 'lastSequence' | 'tell' | 'request'
>;

/** Entries on one page of what is recorded. */
const PAGE = 2;

/** The journal of the simulated execution: its entries, and for each the generation of the run that wrote it. */
export class SimulatedJournal {
  readonly entries: ExecutionEvent[][] = [];
  /** Of all entries. */
  readonly #events: ExecutionEvent[] = [];
  readonly #generations: number[] = [];
  /** Of entries that others have written, and that leave the execution suspended. */
  readonly #suspensions = new Map<number, Suspension>();
  readonly #ids: string[] = [];
  /** Entries up to this sequence have aged out: the record alone has them. */
  #dropped = 0;
  /** Called after an entry is durable, before its writer learns of it. */
  onEntry: (count: number) => void = () => undefined;

  get events(): readonly ExecutionEvent[] {
    return this.#events;
  }

  /** Stores an entry behind all others; without a generation with that of the last one. */
  store(events: readonly ExecutionEvent[], generation = this.#generations.at(-1) ?? 0, id = 'aside'): number {
    const entry = JSON.parse(JSON.stringify(events)) as ExecutionEvent[];
    this.entries.push(entry);
    this.#events.push(...entry);
    this.#generations.push(generation);
    this.#ids.push(id);
    return this.entries.length;
  }

  /** Stores an entry of somebody who does not run the execution; a suspended one stays so. */
  storeAside(events: readonly ExecutionEvent[]): void {
    const { suspension } = this;
    const sequence = this.store(events);
    if (suspension !== null) this.#suspensions.set(sequence, suspension);
  }

  /** So many entries age out, the oldest ones. */
  drop(count: number): void {
    this.#dropped = Math.max(this.#dropped, count);
  }

  /** Of the run that wrote the latest entry. */
  get generation(): number {
    return this.#generations.at(-1) ?? 0;
  }

  /** Whether the execution is suspended by the latest entry. */
  get suspension(): Suspension | null {
    const sequence = this.entries.length;
    const suspended = this.#suspensions.get(sequence);
    return suspensionOf({ events: this.entries[sequence - 1] ?? [], ...(suspended ? { suspended } : {}) });
  }

  /** How far the execution is by its record. */
  get #state(): RecordedState {
    const [started] = this.events;
    const { generation, suspension } = this;
    return {
      ...(started === undefined ? {} : { started }),
      latest: {
        events: this.events.slice(-1),
        ...(generation === 0 ? {} : { generation }),
        ...(suspension === null ? {} : { suspended: suspension }),
      },
      incomplete: false,
    };
  }

  /** The journal as a process has it that time passes for. */
  busOf(pass: (milliseconds: number) => Promise<void>, delay: () => number): JournalBus {
    const at = (sequence: number): StoredMessage<JournalBatch> => ({
      sequence,
      payload: {
        entry_id: this.#ids[sequence - 1] ?? '',
        execution_id: 'exec_1',
        organisation_id: 'org_1',
        events: this.entries[sequence - 1] ?? [],
        generation: this.#generations[sequence - 1] ?? 0,
        suspended: this.#suspensions.get(sequence),
      },
      bytes: 0,
      publishedAt: '',
    });
    const each = async function* (journal: SimulatedJournal, from: number) {
      const first = Math.max(from, journal.#dropped + 1);
      for (let sequence = first; sequence <= journal.entries.length; sequence++) yield at(sequence);
    };
    const last = (): number => (this.#dropped >= this.entries.length ? 0 : this.entries.length);
    const bus = {
      publish: async (
        _: unknown,
        { entry_id, events, generation }: JournalBatch,
        { expectLastSequence = 0 }: PublishOptions,
      ) => {
        await pass(delay());
        if (expectLastSequence !== last()) throw new WrongSequenceError('journal', expectLastSequence, last());
        const sequence = this.store(events, generation ?? 0, entry_id);
        this.onEntry(sequence);
        await pass(1);
        return { sequence, duplicate: false, bytes: 0 };
      },
      eachOnSubject: (_: unknown, __: unknown, { from = 1 }: { from?: number } = {}) => each(this, from),
      readSubject: () => Promise.resolve(this.entries.map((__, index) => at(index + 1)).slice(this.#dropped)),
      lastOnSubject: () => Promise.resolve(last() === 0 ? null : at(last())),
      lastSequence: () => Promise.resolve(last()),
      request: (asked: unknown, { after = 0, before = Infinity }: { after?: number; before?: number }) => {
        if (asked === ReadRecordedState) return Promise.resolve(this.#state);
        const wanted = this.entries.map((events, index) => ({ sequence: index + 1, events }));
        const found = wanted.filter(({ sequence }) => sequence > after && sequence < before);
        return Promise.resolve({ entries: found.slice(0, PAGE), has_more: found.length > PAGE });
      },
      tell: () => Promise.reject(new Error('Nobody waits for the simulated execution')),
    };
    return bus as unknown as JournalBus;
  }
}
