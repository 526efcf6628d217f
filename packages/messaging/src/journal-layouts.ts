import { FIRST_JOURNAL_LAYOUT, idTime, isDecided, journalLayoutSchema, type JournalLayout } from '@millrace/contracts';
import { LayoutRecord, type RecordChange, type RecordServer } from './layout-record.js';
import type { Logger } from './logger.js';
import { JOURNAL_LAYOUT_SUBJECT } from './topology.js';

/** Clocks may differ by so much before somebody is warned. */
const AHEAD_MS = 60 * 60_000;

/**
 * What was read so recently is not read again for somebody who only reads: it could be older than an entry only if a growth
 * and its notice fell in between.
 */
const FRESH_MS = 500;

/**
 * The record of the journal's streams, as this process knows it. It may be old: for executions whose stream is decided (see
 * `journalLayoutSchema`) an old one is as good as the newest, and for others it is read again. No clock and no notice
 * decides that two processes agree; a notice only makes them know sooner.
 */
export class JournalLayouts {
  readonly #record: LayoutRecord<JournalLayout>;
  #deciding: Promise<void> | undefined;
  /** The read that all who want to read an undecided execution wait for. */
  #reading: Promise<JournalLayout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    server: RecordServer,
    private readonly logger: Logger,
    private readonly decisionMs: number,
  ) {
    const kind = { subject: JOURNAL_LAYOUT_SUBJECT, schema: journalLayoutSchema, initial: FIRST_JOURNAL_LAYOUT };
    this.#record = new LayoutRecord(server, kind, this.#applied.bind(this));
  }

  /** As last read. */
  get current(): JournalLayout {
    return this.#record.current;
  }

  /** Calls `listener` each time when there is another set of streams. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A layout in which the stream of an execution is decided, for whoever appends. A promise only when it has to be decided first. */
  toAppend(executionId: string): JournalLayout | Promise<JournalLayout> {
    if (!isDecided(executionId, this.current)) return this.#decide(executionId);
    const time = idTime(executionId) ?? 0;
    // In good time, so that nobody has to wait for it.
    if (time > this.current.decided_until - this.decisionMs / 2) this.#decideAhead(time);
    return this.current;
  }

  /** The same for whoever reads. Of an execution that is undecided in the newest record nothing is in the journal. */
  toRead(executionId: string): JournalLayout | Promise<JournalLayout> {
    if (isDecided(executionId, this.current) || performance.now() - this.#record.readAt < FRESH_MS) return this.current;
    this.#reading ??= this.refresh().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Reads the record. Throws AppError('SERVICE_UNAVAILABLE'). */
  refresh(): Promise<JournalLayout> {
    return this.#record.refresh();
  }

  /** Changes the record, and returns it as it is then. Throws what `change` throws, and what a publish throws. */
  change(change: RecordChange<JournalLayout>): Promise<JournalLayout> {
    return this.#record.change(change);
  }

  async #decide(executionId: string): Promise<JournalLayout> {
    const time = idTime(executionId) ?? 0;
    while (!isDecided(executionId, this.current)) await this.#extend(time);
    return this.current;
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
    if (time > Date.now() + this.decisionMs + AHEAD_MS)
      this.logger.warn(
        { time: new Date(time).toISOString() },
        'An execution has an id of the future: is the clock of a service wrong? The journal cannot get a new layout before that time',
      );
    const extended = (layout: JournalLayout) => ({ ...layout, decided_until: Math.max(layout.decided_until, time) });
    if (await this.#record.replace(extended)) return;
    await this.change((layout) => (layout.decided_until >= time ? null : extended(layout)));
  }

  #applied(layout: JournalLayout, before: JournalLayout): void {
    if (JSON.stringify(layout.generations) === JSON.stringify(before.generations)) return;
    this.logger.info({ generations: layout.generations }, 'The journal has another layout');
    for (const listener of this.#listeners) listener();
  }
}
