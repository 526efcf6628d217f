import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { SnapshotRebuilder } from './snapshot-rebuilder.js';
import { Sweeper } from './sweeper.js';

/** Keeps the published snapshots equal to the database, and logs what was not. */
@Injectable()
export class SnapshotUpkeep {
  constructor(
    private readonly rebuilder: SnapshotRebuilder,
    private readonly sweeper: Sweeper,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Publishes what is due; everything, when the bucket is new or lost. Throws SERVICE_UNAVAILABLE. */
  async sweep(stopping: AbortSignal): Promise<void> {
    const rebuilt = await this.rebuilder.rebuildIfLost(stopping);
    if (rebuilt !== null) this.logger.info({ workflows: rebuilt }, 'Filled the snapshot bucket, which was new or lost');
    const swept = await this.sweeper.sweep();
    if (swept > 0)
      this.logger.warn({ workflows: swept }, 'Published workflows that their writers had left unpublished');
  }

  /** Compares all snapshots with the database and publishes those that differ. Throws SERVICE_UNAVAILABLE. */
  async audit(stopping: AbortSignal): Promise<void> {
    const healed = await this.rebuilder.audit(stopping);
    if (healed > 0)
      this.logger.warn({ workflows: healed }, 'Published workflows whose snapshots differed from the database');
  }
}
