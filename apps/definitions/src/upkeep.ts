import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { HealthResult } from '@millrace/service-kit/health';
import type { Logger } from '@millrace/service-kit/logging';
import { Bootstrap } from './bootstrap/bootstrap.js';
import { CONFIG, type DefinitionsConfig } from './config.js';
import { Collections } from './persistence/collections.repository.js';
import { Database } from './persistence/database.js';
import { SnapshotRebuilder } from './snapshots/snapshot-rebuilder.js';
import { Sweeper } from './snapshots/sweeper.js';

const RETRY_MS = 1_000;

/**
 * What this service does without being asked: prepares the database, then keeps the published snapshots equal to it. It
 * starts with the process and waits for MongoDB and NATS as long as it takes.
 */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private prepared = false;
  private failing = false;

  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
    private readonly collections: Collections,
    private readonly bootstrap: Bootstrap,
    private readonly rebuilder: SnapshotRebuilder,
    private readonly sweeper: Sweeper,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.database.connection.close();
  }

  /** For /health/ready: whether indexes, first tokens and snapshots are in place. */
  check(): HealthResult {
    return this.prepared
      ? { up: true }
      : { up: false, detail: 'indexes, first tokens and snapshots are not in place yet' };
  }

  private async run(): Promise<void> {
    await this.database.waitUntilConnected(this.stopping.signal);
    while (!this.prepared && !this.stopping.signal.aborted) {
      this.prepared = await this.attempt(() => this.prepare());
      if (!this.prepared) await this.pause(RETRY_MS);
    }
    let nextAudit = Date.now() + this.config.MILLRACE_AUDIT_SECONDS * 1_000;
    while (await this.pause(this.config.MILLRACE_SWEEP_SECONDS * 1_000)) {
      await this.attempt(() => this.sweep());
      if (Date.now() < nextAudit) continue;
      await this.attempt(() => this.audit());
      nextAudit = Date.now() + this.config.MILLRACE_AUDIT_SECONDS * 1_000;
    }
  }

  private async prepare(): Promise<void> {
    await this.collections.prepare();
    await this.bootstrap.run();
    await this.sweep();
  }

  private async sweep(): Promise<void> {
    const rebuilt = await this.rebuilder.rebuildIfLost(this.stopping.signal);
    if (rebuilt !== null) this.logger.info({ workflows: rebuilt }, 'Filled the snapshot bucket, which was new or lost');
    const swept = await this.sweeper.sweep();
    if (swept > 0)
      this.logger.warn({ workflows: swept }, 'Published workflows that their writers had left unpublished');
  }

  private async audit(): Promise<void> {
    const healed = await this.rebuilder.audit(this.stopping.signal);
    if (healed > 0)
      this.logger.warn({ workflows: healed }, 'Published workflows whose snapshots differed from the database');
  }

  /** Upkeep never ends the process; each outage is told once. */
  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      if (this.failing) this.logger.info('Upkeep works again');
      this.failing = false;
      return true;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, 'Upkeep has to wait');
      this.failing = true;
      return false;
    }
  }

  /** Answers false when the service is stopping. */
  private async pause(milliseconds: number): Promise<boolean> {
    await sleep(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return !this.stopping.signal.aborted;
  }
}
