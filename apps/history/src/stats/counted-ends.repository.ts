import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Collection, Model } from 'mongoose';
import { bitsOf, blockOf, setBits, sizeOf } from '../counts/sequence-set.js';
import { dayOf } from './stats-keys.js';
import { COUNTED_ENDS, countedEndsSchema, type CountedEndsDocument } from './stats.schema.js';

/** An announced end by its place in the journal. */
export interface PlacedEnd {
  /** Of the announcement. */
  readonly sequence: number;
  /** The stream of the journal, and the sequence in it of the entry that holds the end; undefined in announcements of earlier releases. */
  readonly stream: string;
  readonly journalSequence: number | undefined;
  /** When the execution was accepted: a stream that was made anew counts from 1 again. */
  readonly acceptedAt: number;
}

/**
 * Which ends are counted already. An end may be announced again: when history dies before it has acknowledged the entry, and is back
 * later than NATS keeps the id of the first announcement.
 */
@Injectable()
export class CountedEndsRepository {
  readonly #model: Pick<Model<unknown>, 'createIndexes'>;
  readonly #blocks: Collection<CountedEndsDocument>;

  constructor({ connection }: Database) {
    this.#model = connection.model('CountedEnds', countedEndsSchema);
    this.#blocks = connection.collection(COUNTED_ENDS);
  }

  /** Creates the indexes that the schema declares, where they are missing. */
  async createIndexes(): Promise<void> {
    await this.#model.createIndexes();
  }

  /** Those of the ends, which are in the order of their announcements, that are announced for the first time. */
  async firstOnes<End extends PlacedEnd>(ends: readonly End[]): Promise<End[]> {
    const ids = [...new Set(ends.flatMap((end) => blockIdOf(end) ?? []))];
    const stored = await this.#blocks.find({ _id: { $in: ids } }).toArray();
    const blocks = new Map(stored.map((block) => [block._id, block]));
    const seen = new Set<string>();
    return ends.filter((end) => {
      const id = blockIdOf(end);
      if (id === null || end.journalSequence === undefined) return true;
      const block = blocks.get(id);
      const place = `${end.stream}:${end.journalSequence}:${id}`;
      if (seen.has(place)) return false;
      seen.add(place);
      // What is in here by this very announcement is counted: the figures are written before this is.
      if (block === undefined) return true;
      return end.sequence > block.upto && sizeOf(bitsOf([end.journalSequence]), block.bits) === 1;
    });
  }

  /** Adds ends whose figures are written; those that were added before change nothing. */
  async add(ends: readonly PlacedEnd[], upto: number, now: Date): Promise<void> {
    const blocks = new Map<string, number[]>();
    for (const end of ends) {
      const id = blockIdOf(end);
      if (id !== null && end.journalSequence !== undefined)
        blocks.set(id, [...(blocks.get(id) ?? []), end.journalSequence]);
    }
    if (blocks.size === 0) return;
    await this.#blocks.bulkWrite(
      [...blocks].map(([id, sequences]) => ({
        updateOne: {
          filter: { _id: id },
          update: { $bit: setBits(bitsOf(sequences)), $max: { upto }, $set: { touched: now } },
          upsert: true,
        },
      })),
      { ordered: false },
    );
  }

  /** Forgets ends that were counted before then. */
  async deleteBefore(before: Date): Promise<void> {
    await this.#blocks.deleteMany({ touched: { $lt: before } });
  }
}

function blockIdOf({ stream, journalSequence, acceptedAt }: PlacedEnd): string | null {
  return journalSequence === undefined ? null : `${stream}:${blockOf(journalSequence)}:${dayOf(acceptedAt)}`;
}
