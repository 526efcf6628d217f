import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { RecordRetention } from './record-retention.js';
import { oldestRecord, retentionLag } from './retention.metrics.js';

const MEASURE_EVERY_MS = 60_000;
const FIRST_MS = 5_000;

/** Measures how far the deletion of old records is, also while a sweep takes long. */
@Injectable()
export class RetentionGauges extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    private readonly database: Database,
    private readonly retention: RecordRetention,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Connecting', run: (stopping) => this.database.waitUntilConnected(stopping) },
      tasks: [
        {
          name: 'Measuring how old records are',
          everyMs: MEASURE_EVERY_MS,
          firstAfterMs: FIRST_MS,
          run: () => this.#measure(),
        },
      ],
    };
  }

  async #measure(): Promise<void> {
    const now = Date.now();
    oldestRecord.set((await this.retention.oldestAge(now)) / 1_000);
    const lag = await this.retention.lag(now);
    if (lag !== null) retentionLag.set(lag / 1_000);
  }
}
