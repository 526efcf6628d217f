import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { VersionPruner } from '../workflows/version-pruner.js';
import { SnapshotRebuilder } from './snapshot-rebuilder.js';
import { Sweeper } from './sweeper.js';
import { TokenSnapshots } from './token-snapshots.js';

/** Keeps the published snapshots equal to the database, and logs what was not. */
@Injectable()
export class SnapshotUpkeep {
  constructor(
    private readonly rebuilder: SnapshotRebuilder,
    private readonly sweeper: Sweeper,
    private readonly tokens: TokenSnapshots,
    private readonly pruner: VersionPruner,
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

  /** Deletes old versions that nothing can be pinned to, with their snapshots. Throws SERVICE_UNAVAILABLE. */
  async prune(stopping: AbortSignal): Promise<void> {
    const count = await this.pruner.prune(stopping);
    if (count > 0) this.logger.info({ versions: count }, 'Deleted old versions of workflows');
  }

  /** Takes back tokens that are not in the database any more, and publishes those that differ. Throws SERVICE_UNAVAILABLE. */
  async auditTokens(): Promise<void> {
    const healed = await this.tokens.audit();
    await this.tokens.prune();
    if (healed > 0) this.logger.warn({ tokens: healed }, 'Corrected API tokens that differed from the database');
  }

  /** Compares all snapshots with the database and publishes those that differ. Throws SERVICE_UNAVAILABLE. */
  async audit(stopping: AbortSignal): Promise<void> {
    await this.auditTokens();
    const healed = await this.rebuilder.audit(stopping);
    if (healed > 0)
      this.logger.warn({ workflows: healed }, 'Published workflows whose snapshots differed from the database');
  }
}
