import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { EndCounter } from './end-counter.js';
import { RunReporter } from './run-reporter.js';
import { StatsCollections } from './stats-collections.js';

const COUNT_EVERY_MS = 2_000;
const REPORT_EVERY_MS = 5_000;
const EXPIRE_EVERY_MS = 60 * 60_000;

/** Keeps the figures about executions up to date; beside the other upkeep, which may be busy for long. */
@Injectable()
export class StatsUpkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    private readonly collections: StatsCollections,
    private readonly counter: EndCounter,
    private readonly reporter: RunReporter,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: {
        name: 'Creating indexes of the figures',
        run: (stopping) => this.collections.prepare(stopping),
      },
      tasks: [
        { name: 'Counting ended executions', everyMs: COUNT_EVERY_MS, run: (stopping) => this.#countAll(stopping) },
        { name: 'Reporting when workflows ran', everyMs: REPORT_EVERY_MS, run: () => this.#report() },
        {
          name: 'Deleting old figures',
          everyMs: EXPIRE_EVERY_MS,
          firstAfterMs: REPORT_EVERY_MS,
          run: () => this.collections.expire(Date.now()),
        },
      ],
    };
  }

  async #countAll(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted && (await this.counter.countBatch(Date.now())) > 0);
  }

  async #report(): Promise<void> {
    await this.reporter.report(Date.now());
  }
}
