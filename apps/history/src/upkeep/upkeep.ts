import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { waitForMongo } from '@millrace/service-kit/mongo';
import { CountsRepository } from '../counts/counts.repository.js';
import { DATABASE, DATABASE_OPTIONS, type Database, type DatabaseOptions } from '../database.js';
import { ExecutionsRepository } from '../executions/executions.repository.js';
import { JournalTrimmer } from '../executions/journal-trimmer.js';
import { RecordRetention } from '../executions/record-retention.js';

const RETRY_MS = 1_000;
const TICK_MS = 5_000;
const FOLD_EVERY_MS = 60_000;
const EXPIRE_EVERY_MS = 10 * 60_000;

/**
 * Sets of counted starts are folded when they have been quiet for so long. A start that is delivered again later than
 * this after it was counted (all replicas and the acknowledgement lost for that time) would count twice.
 */
const FOLD_AFTER_MS = 15 * 60_000;

/**
 * What history does without being asked: creates its indexes once MongoDB is there, folds counts, takes finished executions out
 * of the journal, deletes old records, closes the connection. All of it in small batches, one after the other.
 */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly counts: CountsRepository,
    private readonly trimmer: JournalTrimmer,
    private readonly retention: RecordRetention,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(DATABASE_OPTIONS) private readonly where: DatabaseOptions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.database.close();
  }

  private async run(): Promise<void> {
    while (!(await this.attempt('Creating indexes', () => this.prepare()))) {
      if (!(await this.pause(RETRY_MS))) return;
    }
    this.logger.info('The indexes are there');
    let [folded, expired] = [Date.now(), 0];
    while (await this.pause(TICK_MS)) {
      await this.attempt('Taking finished executions out of the journal', () => this.trimAll());
      if (Date.now() - folded >= FOLD_EVERY_MS) {
        folded = Date.now();
        await this.attempt('Folding counts', () => this.foldAll());
      }
      if (Date.now() - expired >= EXPIRE_EVERY_MS) {
        expired = Date.now();
        await this.attempt('Deleting old records', () => this.expireAll());
      }
    }
  }

  private async prepare(): Promise<void> {
    // A connection comes back by itself only after it has stood once.
    await waitForMongo(this.database, { ...this.where, logger: this.logger, signal: this.stopping.signal });
    await this.executions.createIndexes();
    await this.counts.createIndexes();
  }

  private async foldAll(): Promise<void> {
    const quietSince = new Date(Date.now() - FOLD_AFTER_MS);
    while (!this.stopping.signal.aborted && (await this.counts.fold(quietSince)) > 0);
  }

  private async trimAll(): Promise<void> {
    while (!this.stopping.signal.aborted && (await this.trimmer.trimBatch(Date.now())) > 0);
  }

  private async expireAll(): Promise<void> {
    for (let from: string | null = ''; from !== null && !this.stopping.signal.aborted;)
      from = await this.retention.expireBatch(from, Date.now());
  }

  private async attempt(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!this.stopping.signal.aborted) this.logger.warn({ err: error }, `${what} has to wait`);
      return false;
    }
  }

  /** Answers false when the service is stopping. */
  private async pause(milliseconds: number): Promise<boolean> {
    await sleep(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return !this.stopping.signal.aborted;
  }
}
