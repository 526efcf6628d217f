import { suspensionOf, type ExecutionEvent, type JournalBatch, type Suspension } from '@millrace/contracts';
import { WrongSequenceError, type Bus, type PublishOptions, type StoredMessage } from '@millrace/messaging';

type JournalBus = Pick<Bus, 'publish' | 'readSubject' | 'eachOnSubject' | 'lastOnSubject' | 'lastSequence' | 'tell'>;

/** The journal of the simulated execution: its entries, and for each the generation of the run that wrote it. */
export class SimulatedJournal {
  readonly entries: ExecutionEvent[][] = [];
  readonly #generations: number[] = [];
  /** Of entries that others have written behind a suspension. */
  readonly #suspensions: (Suspension | null)[] = [];
  readonly #ids: string[] = [];
  /** Called after an entry is durable, before its writer learns of it. */
  onEntry: (count: number) => void = () => undefined;

  get events(): ExecutionEvent[] {
    return this.entries.flat();
  }

  /** Stores an entry behind all others; without a generation with that of the last one. */
  store(
    events: readonly ExecutionEvent[],
    generation = this.#generations.at(-1) ?? 0,
    { id = 'aside', suspended = null }: { id?: string; suspended?: Suspension | null } = {},
  ): number {
    this.entries.push(JSON.parse(JSON.stringify(events)) as ExecutionEvent[]);
    this.#generations.push(generation);
    this.#suspensions.push(suspended);
    this.#ids.push(id);
    return this.entries.length;
  }

  /** Whether the execution is suspended, by the latest entry. */
  get suspension(): Suspension | null {
    const suspended = this.#suspensions.at(-1);
    return suspensionOf({ events: this.entries.at(-1) ?? [], ...(suspended ? { suspended } : {}) });
  }

  /** Of the run that wrote the latest entry. */
  get generation(): number {
    return this.#generations.at(-1) ?? 0;
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
        ...(this.#suspensions[sequence - 1] ? { suspended: this.#suspensions[sequence - 1] as Suspension } : {}),
      },
      bytes: 0,
      publishedAt: '',
    });
    const each = async function* (journal: SimulatedJournal, from: number) {
      for (let sequence = from; sequence <= journal.entries.length; sequence++) yield at(sequence);
    };
    const bus = {
      publish: async (_: unknown, { entry_id, events, generation }: JournalBatch, { expectLastSequence = 0 }: PublishOptions) => {
        await pass(delay());
        if (expectLastSequence !== this.entries.length)
          throw new WrongSequenceError('journal', expectLastSequence, this.entries.length);
        const sequence = this.store(events, generation ?? 0, { id: entry_id });
        this.onEntry(sequence);
        await pass(1);
        return { sequence, duplicate: false, bytes: 0 };
      },
      eachOnSubject: (_: unknown, __: unknown, { from = 1 }: { from?: number } = {}) => each(this, from),
      readSubject: () => Promise.resolve(this.entries.map((__, index) => at(index + 1))),
      lastOnSubject: () => Promise.resolve(this.entries.length === 0 ? null : at(this.entries.length)),
      lastSequence: () => Promise.resolve(this.entries.length),
      tell: () => Promise.reject(new Error('Nobody waits for the simulated execution')),
    };
    return bus as unknown as JournalBus;
  }
}
