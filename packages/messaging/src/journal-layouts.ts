import {
  FIRST_JOURNAL_LAYOUT,
  idTime,
  isDecided,
  journalLayoutSchema,
  STREAMS,
  type JournalLayout,
} from '@millrace/contracts';
import { WrongSequenceError } from './errors.js';
import type { Logger } from './logger.js';
import type { Publisher } from './publisher.js';
import { LAYOUT_SUBJECT } from './topology.js';
import { decodeJson, encodeJson } from './wire.js';

/** Clocks may differ by so much before somebody is told. */
const AHEAD_MS = 60 * 60_000;

/**
 * What was read so recently is not read again for somebody who only reads: it could be older than an entry only if a growth
 * and its notice fell in between.
 */
const FRESH_MS = 500;

/** What the layouts need of the server. */
interface Server {
  /** The last message of a subject, asked of the stream's leader. */
  readonly last: (stream: string, subject: string) => Promise<{ data: Uint8Array; sequence: number } | null>;
  readonly send: Publisher['send'];
}

/** A change of the record; null when it is to stay as it is. May be called again when somebody was faster. */
export type LayoutChange = (layout: JournalLayout) => JournalLayout | null | Promise<JournalLayout | null>;

/**
 * The record of the journal's streams, as this process knows it. It may be old: for executions whose stream is decided (see
 * `journalLayoutSchema`) an old one is as good as the newest, and for others it is read again. No clock and no notice
 * decides that two processes agree; a notice only makes them know sooner.
 */
export class JournalLayouts {
  #layout = FIRST_JOURNAL_LAYOUT;
  #sequence = 0;
  /** Reads are in turn, so that an older one never replaces a newer one. */
  #turn: Promise<unknown> = Promise.resolve();
  #deciding: Promise<void> | undefined;
  /** The read that all who want to read an undecided execution wait for. */
  #reading: Promise<JournalLayout> | undefined;
  /** When the last read began that has ended; by `performance.now()`. */
  #readAt = -Infinity;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly server: Server,
    private readonly logger: Logger,
    private readonly decisionMs: number,
  ) {}

  /** As last read. */
  get current(): JournalLayout {
    return this.#layout;
  }

  /** Calls `listener` each time when there is another set of streams. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A layout in which the stream of an execution is decided, for whoever appends. A promise only when it has to be decided first. */
  toAppend(executionId: string): JournalLayout | Promise<JournalLayout> {
    if (!isDecided(executionId, this.#layout)) return this.#decide(executionId);
    const time = idTime(executionId) ?? 0;
    // In good time, so that nobody has to wait for it.
    if (time > this.#layout.decided_until - this.decisionMs / 2) this.#decideAhead(time);
    return this.#layout;
  }

  /** The same for whoever reads. Of an execution that is undecided in the newest record nothing is in the journal. */
  toRead(executionId: string): JournalLayout | Promise<JournalLayout> {
    if (isDecided(executionId, this.#layout) || performance.now() - this.#readAt < FRESH_MS) return this.#layout;
    this.#reading ??= this.refresh().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Reads the record. Throws AppError('SERVICE_UNAVAILABLE'). */
  refresh(): Promise<JournalLayout> {
    const read = this.#turn.then(() => this.#read());
    this.#turn = read.catch(() => undefined);
    return read;
  }

  /** Changes the record, and returns it as it is then. Throws what `change` throws, and what a publish throws. */
  async change(change: LayoutChange): Promise<JournalLayout> {
    for (;;) {
      await this.refresh();
      // Both of the same moment: with the sequence of a newer record an older one would replace it.
      const [layout, sequence] = [this.#layout, this.#sequence];
      const wanted = await change(layout);
      if (wanted === null || (await this.#write(wanted, sequence))) return wanted ?? layout;
    }
  }

  async #decide(executionId: string): Promise<JournalLayout> {
    const time = idTime(executionId) ?? 0;
    while (!isDecided(executionId, this.#layout)) await this.#extend(time);
    return this.#layout;
  }

  #decideAhead(time: number): void {
    this.#extend(time).catch((error: unknown) =>
      this.logger.debug({ reason: String(error) }, 'The journal layout could not be decided ahead; it will be in time'),
    );
  }

  /** One message for all who wait for it. */
  #extend(time: number): Promise<void> {
    this.#deciding ??= this.#extendTo(time + this.decisionMs).finally(() => (this.#deciding = undefined));
    return this.#deciding;
  }

  async #extendTo(time: number): Promise<void> {
    const known = this.#layout;
    if (time > Date.now() + this.decisionMs + AHEAD_MS)
      this.logger.warn(
        { time: new Date(time).toISOString() },
        'An execution has an id of the future: is the clock of a service wrong? The journal cannot get a new layout before that time',
      );
    if (await this.#write({ ...known, decided_until: Math.max(known.decided_until, time) }, this.#sequence)) return;
    await this.change((layout) => (layout.decided_until >= time ? null : { ...layout, decided_until: time }));
  }

  /** False when the record is not the one of `sequence` any more. */
  async #write(layout: JournalLayout, sequence: number): Promise<boolean> {
    const parcel = { data: encodeJson(layout), objectName: undefined };
    try {
      const written = await this.server.send(LAYOUT_SUBJECT, STREAMS.layout, parcel, { expectLastSequence: sequence });
      if (written.sequence > this.#sequence) this.#apply(layout, written.sequence);
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError) return false;
      throw error;
    }
  }

  async #read(): Promise<JournalLayout> {
    const known = this.#sequence;
    const began = performance.now();
    const stored = await this.server.last(STREAMS.layout, LAYOUT_SUBJECT);
    this.#readAt = began;
    // This process has written a newer one meanwhile. Otherwise what is older than known is what a server has that lost its data.
    if (this.#sequence !== known && (stored?.sequence ?? 0) < this.#sequence) return this.#layout;
    if (stored === null) this.#apply(FIRST_JOURNAL_LAYOUT, 0);
    else this.#apply(journalLayoutSchema.parse(decodeJson(stored.data)), stored.sequence);
    return this.#layout;
  }

  #apply(layout: JournalLayout, sequence: number): void {
    const changed = JSON.stringify(layout.generations) !== JSON.stringify(this.#layout.generations);
    this.#layout = layout;
    this.#sequence = sequence;
    if (!changed) return;
    this.logger.info({ generations: layout.generations }, 'The journal has another layout');
    for (const listener of this.#listeners) listener();
  }
}
