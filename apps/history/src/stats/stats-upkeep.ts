import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { KEEP_OPTIONS, type KeepOptions } from '../keep-options.js';
import { CountedEndsRepository } from './counted-ends.repository.js';
import { EndCounter } from './end-counter.js';
import { RunReporter } from './run-reporter.js';
import { dayOf } from './stats-keys.js';
import { StatsRepository } from './stats.repository.js';

const COUNT_EVERY_MS = 2_000;
const REPORT_EVERY_MS = 5_000;
const EXPIRE_EVERY_MS = 60 * 60_000;

/** Longer than the journal keeps an entry: what is not in there any more is not announced again. */
const COUNTED_KEPT_MS = 8 * 24 * 60 * 60_000;

/** Keeps the figures about executions up to date; beside the other upkeep, which may be busy for long. */
@Injectable()
export class StatsUpkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(KEEP_OPTIONS) private readonly keep: KeepOptions,
    private readonly database: Database,
    private readonly stats: StatsRepository,
    private readonly counted: CountedEndsRepository,
    private readonly counter: EndCounter,
    private readonly reporter: RunReporter,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Creating indexes of the figures', run: (stopping) => this.prepare(stopping) },
      tasks: [
        { name: 'Counting ended executions', everyMs: COUNT_EVERY_MS, run: (stopping) => this.countAll(stopping) },
        {
          name: 'Reporting when workflows ran',
          everyMs: REPORT_EVERY_MS,
          run: async () => void (await this.reporter.report(Date.now())),
        },
        {
          name: 'Deleting old figures',
          everyMs: EXPIRE_EVERY_MS,
          firstAfterMs: REPORT_EVERY_MS,
          run: () => this.expire(Date.now()),
        },
      ],
    };
  }

  /** Deletes what is older than it is kept. */
  async expire(now: number): Promise<void> {
    await this.counted.deleteBefore(new Date(now - COUNTED_KEPT_MS));
    if (this.keep.statsMs !== null) await this.stats.deleteBefore(dayOf(now - this.keep.statsMs));
  }

  private async prepare(stopping: AbortSignal): Promise<void> {
    await this.database.waitUntilConnected(stopping);
    await this.stats.createIndexes();
    await this.counted.createIndexes();
  }

  private async countAll(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted && (await this.counter.countBatch(Date.now())) > 0);
  }
}
