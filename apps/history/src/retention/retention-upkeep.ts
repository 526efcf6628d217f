import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { ExecutionsRepository } from '../executions/executions.repository.js';
import { RecordRetention, SWEEP_EVERY_MS } from './record-retention.js';

const FIRST_SWEEP_MS = 5_000;

/** Deletes old records. A loop of its own: after a setting has changed that may take hours, and the rest of the upkeep does not wait for it. */
@Injectable()
export class RetentionUpkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    private readonly database: Database,
    private readonly executions: ExecutionsRepository,
    private readonly retention: RecordRetention,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: {
        name: 'Creating the index by which old records are found',
        run: (stopping) => this.#prepare(stopping),
      },
      tasks: [
        {
          name: 'Deleting old records',
          everyMs: SWEEP_EVERY_MS,
          firstAfterMs: FIRST_SWEEP_MS,
          run: (stopping) => this.#sweep(stopping),
        },
      ],
    };
  }

  async #prepare(stopping: AbortSignal): Promise<void> {
    await this.database.waitUntilConnected(stopping);
    await this.executions.createIndexes();
  }

  async #sweep(stopping: AbortSignal): Promise<void> {
    const executions = await this.retention.sweep(Date.now(), stopping);
    if (executions) this.logger.info({ executions }, 'Deleted executions that are not kept any longer');
  }
}
