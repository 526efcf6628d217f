import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { HealthResult } from '@millrace/service-kit/health';
import type { Logger } from '@millrace/service-kit/logging';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { Bootstrap } from './bootstrap/bootstrap.js';
import { CONFIG, type DefinitionsConfig } from './config.js';
import { Collections } from './persistence/collections.repository.js';
import { RecordUpkeep } from './record-upkeep.js';
import { SnapshotUpkeep } from './snapshots/snapshot-upkeep.js';

/**
 * What this service does without being asked: prepares the database, then keeps the published snapshots equal to it. It
 * starts with the process and waits for MongoDB and NATS as long as it takes.
 */
@Injectable()
export class Upkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly collections: Collections,
    private readonly bootstrap: Bootstrap,
    private readonly snapshots: SnapshotUpkeep,
    private readonly records: RecordUpkeep,
  ) {
    super(logger);
  }

  /** For /health/ready: whether indexes, first tokens and snapshots are in place. */
  check(): HealthResult {
    return this.prepared
      ? { up: true }
      : { up: false, detail: 'indexes, first tokens and snapshots are not in place yet' };
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Preparing the database', run: (stopping) => this.#prepare(stopping) },
      tasks: [
        {
          name: 'Sweeping the snapshots',
          everyMs: this.config.MILLRACE_SWEEP_SECONDS * 1_000,
          run: (stopping) => this.snapshots.sweep(stopping),
        },
        {
          name: 'Wrapping secrets by the current master key',
          everyMs: this.config.MILLRACE_SWEEP_SECONDS * 1_000,
          run: (stopping) => this.records.rewrap(stopping),
        },
        {
          name: 'Completing what lists need',
          everyMs: this.config.MILLRACE_AUDIT_SECONDS * 1_000,
          firstAfterMs: 0,
          run: (stopping) => this.records.completeLists(stopping),
        },
        {
          name: 'Auditing the snapshots',
          everyMs: this.config.MILLRACE_AUDIT_SECONDS * 1_000,
          run: (stopping) => this.snapshots.audit(stopping),
        },
        {
          name: 'Pruning old versions',
          everyMs: this.config.MILLRACE_AUDIT_SECONDS * 1_000,
          run: (stopping) => this.snapshots.prune(stopping),
        },
        {
          name: 'Pruning the audit log',
          everyMs: this.config.MILLRACE_AUDIT_SECONDS * 1_000,
          run: (stopping) => this.records.pruneAuditLog(stopping),
        },
        {
          name: 'Pruning the ledgers of credits',
          everyMs: this.config.MILLRACE_AUDIT_SECONDS * 1_000,
          run: () => this.records.pruneCredits(),
        },
      ],
    };
  }

  async #prepare(stopping: AbortSignal): Promise<void> {
    await this.collections.prepare(stopping);
    await this.bootstrap.run();
    await this.snapshots.sweep(stopping);
    await this.snapshots.auditTokens();
  }
}
