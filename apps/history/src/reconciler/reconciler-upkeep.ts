import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { Reconciler, SWEEP_EVERY_MS } from './reconciler.js';

/** Looks for executions that nothing will run on. A loop of its own: a sweep may take long. */
@Injectable()
export class ReconcilerUpkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    private readonly database: Database,
    private readonly reconciler: Reconciler,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Connecting', run: (stopping) => this.database.waitUntilConnected(stopping) },
      tasks: [
        {
          name: 'Looking for executions that nothing will run on',
          everyMs: SWEEP_EVERY_MS,
          run: async (stopping) => void (await this.reconciler.sweep(Date.now(), stopping)),
        },
      ],
    };
  }
}
