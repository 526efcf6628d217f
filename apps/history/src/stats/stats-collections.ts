import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import { KEEP_OPTIONS, type KeepOptions } from '../keep-options.js';
import { CountedEndsRepository } from './counted-ends.repository.js';
import { dayOf } from './stats-keys.js';
import { StatsRepository } from './stats.repository.js';

/** Longer than the journal keeps an entry: what is not in there any more is not announced again. */
const COUNTED_KEPT_MS = 8 * 24 * 60 * 60_000;

/** The collections of the figures as a whole: what is in place before they are used, and what is too old. */
@Injectable()
export class StatsCollections {
  constructor(
    private readonly database: Database,
    private readonly stats: StatsRepository,
    private readonly counted: CountedEndsRepository,
    @Inject(KEEP_OPTIONS) private readonly keep: KeepOptions,
  ) {}

  /** Waits for the database, and creates the indexes. */
  async prepare(stopping: AbortSignal): Promise<void> {
    await this.database.waitUntilConnected(stopping);
    await this.stats.createIndexes();
    await this.counted.createIndexes();
  }

  /** Deletes what is older than it is kept. */
  async expire(now: number): Promise<void> {
    await this.counted.deleteBefore(new Date(now - COUNTED_KEPT_MS));
    if (this.keep.statsMs !== null) await this.stats.deleteBefore(dayOf(now - this.keep.statsMs));
  }
}
