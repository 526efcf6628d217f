import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { CountsRepository } from '../counts/counts.repository.js';
import { JournalTrimmer, type Rest } from '../executions/journal-trimmer.js';
import { TrimPace } from '../executions/trim-pace.js';
import { ApprovalsRepository } from '../approvals/approvals.repository.js';
import { ExecutionsRepository } from '../executions/executions.repository.js';

const TRIM_EVERY_MS = 5_000;
const FOLD_EVERY_MS = 60_000;

/**
 * Sets of counted starts are folded when they have been quiet for so long. A start that is delivered again later than
 * this after it was counted (all replicas and the acknowledgement lost for that time) would count twice.
 */
const FOLD_AFTER_MS = 15 * 60_000;

/**
 * What history does without being asked: creates its indexes once MongoDB is there, takes finished executions out of the
 * journal, folds counts. All of it in small batches, one after the other.
 */
@Injectable()
export class Upkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    private readonly database: Database,
    private readonly counts: CountsRepository,
    private readonly trimmer: JournalTrimmer,
    private readonly executions: ExecutionsRepository,
    private readonly approvals: ApprovalsRepository,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Creating indexes', run: (stopping) => this.#prepare(stopping) },
      tasks: [
        {
          name: 'Taking finished executions out of the journal',
          everyMs: TRIM_EVERY_MS,
          run: (stopping) => this.#trimAll(stopping),
        },
        { name: 'Folding counts', everyMs: FOLD_EVERY_MS, run: (stopping) => this.#foldAll(stopping) },
      ],
    };
  }

  async #prepare(stopping: AbortSignal): Promise<void> {
    await this.database.waitUntilConnected(stopping);
    await this.executions.createIndexes();
    await this.approvals.createIndexes();
    await this.counts.createIndexes();
    this.logger.info('The indexes are there');
  }

  async #foldAll(stopping: AbortSignal): Promise<void> {
    const quietSince = new Date(Date.now() - FOLD_AFTER_MS);
    while (!stopping.aborted && (await this.counts.fold(quietSince)) > 0);
  }

  async #trimAll(stopping: AbortSignal): Promise<void> {
    const pace = new TrimPace();
    const rest: Rest = async (tookMs, overdueMs) => {
      await sleep(pace.restMs(tookMs, overdueMs), undefined, { signal: stopping }).catch(() => undefined);
    };
    while (!stopping.aborted && (await this.trimmer.trimBatch(Date.now(), rest)) > 0);
  }
}
