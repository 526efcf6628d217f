import { grownLayout, journalSubjects, STREAMS, type JournalLayout } from '@millrace/contracts';
import { JetStreamApiCodes, JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { JournalLayoutFullError } from './errors.js';
import type { JournalLayouts } from './journal-layouts.js';
import { withJournals } from './journal-topology.js';
import type { Logger } from './logger.js';
import { JOURNAL_DECISION_MS, type Topology } from './topology.js';

/** What making streams needs beyond the connection. */
interface Means {
  readonly logger: Logger;
  readonly topology: Topology;
  readonly ensure: (topology: Topology) => Promise<void>;
}

/**
 * Adds journal streams and takes them away, for the one service that creates them. Any of its replicas may do either, at the
 * same time and cut short anywhere: the record of the layout decides, and what was left undone is done by the next call.
 */
export class JournalStreams {
  constructor(
    private readonly connection: NatsConnection,
    private readonly layouts: JournalLayouts,
    private readonly means: Means,
  ) {}

  /**
   * Gives executions that are accepted from now on (to be exact: from when the present layout is not promised any more) this
   * many journal streams, if they have fewer. Those that are under way end where they began. Throws
   * {@link JournalLayoutFullError} when earlier layouts still hold too many streams, and what a publish throws.
   */
  async grow(shards: number): Promise<JournalLayout> {
    return this.layouts.change(async (layout) => {
      if ((layout.generations.at(-1)?.streams.length ?? 0) >= shards) return null;
      const { topology, logger } = this.means;
      const grown = grownLayout(layout, shards, Date.now() + (topology.journalDecisionMs ?? JOURNAL_DECISION_MS));
      if (grown === null) throw new JournalLayoutFullError(shards);
      const added = grown.generations.at(-1);
      if (added === undefined) return null;
      // Before anybody learns of them: who does may append at once.
      await this.means.ensure(withJournals(topology, added.streams));
      logger.info({ ...added, from: new Date(added.from).toISOString() }, 'The journal gets more streams');
      return grown;
    });
  }

  /**
   * Takes one step towards deleting the streams of the oldest layout when nothing is in them any more: neither an execution
   * under way, nor the end marker of one whose id must start nothing again. Its successor has to be in use for `inUseMs`.
   * Called every minute or so, so that between two steps everybody has got the first.
   */
  async retire(inUseMs: number): Promise<void> {
    const manager = await jetstreamManager(this.connection, { checkAPI: false });
    const layout = await this.layouts.refresh();
    if (layout.leaving !== undefined) await this.#delete(manager, layout.leaving);
    const [oldest, next] = layout.generations;
    if (oldest === undefined || next === undefined || next.from + inUseMs > Date.now()) return;
    if (oldest.closing) await this.#close(manager, oldest.streams);
    else if (await this.#isEmpty(manager, oldest.streams)) await this.layouts.change(closing);
  }

  /** Nothing can be appended to a stream that listens on no subject of the journal: then whether it is empty does not change any more. */
  async #close(manager: JetStreamManager, streams: readonly number[]): Promise<void> {
    for (const number of streams) await this.#listen(manager, number, `retired.${journalSubjects(number)}`);
    if (await this.#isEmpty(manager, streams)) {
      const { leaving = [] } = await this.layouts.change(withoutOldest(streams));
      return this.#delete(manager, leaving);
    }
    this.means.logger.warn({ streams }, 'A journal stream got an entry just before it was to go; it stays');
    for (const number of streams) await this.#listen(manager, number, journalSubjects(number));
    await this.layouts.change(reopened);
  }

  async #delete(manager: JetStreamManager, streams: readonly number[]): Promise<void> {
    for (const number of streams) {
      try {
        const { config } = await manager.streams.info(streamName(number));
        // One that listens on the journal's subjects has taken its number meanwhile.
        if (!config.subjects.includes(journalSubjects(number))) await manager.streams.delete(streamName(number));
      } catch (error) {
        if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
      }
    }
    await this.layouts.change(({ leaving, ...layout }) => (leaving === undefined ? null : layout));
    this.means.logger.info({ streams }, 'Drained journal streams are gone');
  }

  async #listen(manager: JetStreamManager, number: number, subject: string): Promise<void> {
    await manager.streams.update(streamName(number), { subjects: [subject] });
  }

  async #isEmpty(manager: JetStreamManager, streams: readonly number[]): Promise<boolean> {
    for (const number of streams) {
      if ((await manager.streams.info(streamName(number))).state.messages > 0) return false;
    }
    return true;
  }
}

function streamName(number: number): string {
  return `${STREAMS.journal}_${number}`;
}

function closing(layout: JournalLayout): JournalLayout | null {
  const [oldest, ...rest] = layout.generations;
  if (oldest === undefined || rest.length === 0 || oldest.closing) return null;
  return { ...layout, generations: [{ ...oldest, closing: true }, ...rest] };
}

function reopened(layout: JournalLayout): JournalLayout | null {
  const [oldest, ...rest] = layout.generations;
  if (!oldest?.closing) return null;
  const { closing: _closed, ...open } = oldest;
  return { ...layout, generations: [open, ...rest] };
}

function withoutOldest(streams: readonly number[]): (layout: JournalLayout) => JournalLayout | null {
  return (layout) => {
    const [oldest, ...rest] = layout.generations;
    // Another replica was faster.
    if (!oldest?.closing || oldest.streams[0] !== streams[0]) return null;
    return { ...layout, generations: rest, leaving: [...(layout.leaving ?? []), ...oldest.streams] };
  };
}
