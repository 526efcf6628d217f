import { Inject, Injectable } from '@nestjs/common';
import { firstIdAt, LIMITS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { ApprovalsRepository } from '../approvals/approvals.repository.js';
import { KEEP_OPTIONS, type KeepOptions } from '../keep-options.js';
import { OPEN_STATUSES } from './execution.schema.js';
import { ExecutionsRepository } from './executions.repository.js';
import { expiredRecords } from './projection.metrics.js';

/** Records that are looked at together. */
const BATCH = 500;

/** Deletes records that are older than they are kept. Any number of replicas may do it at once. */
@Injectable()
export class RecordRetention {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly approvals: ApprovalsRepository,
    @Inject(KEEP_OPTIONS) private readonly keep: KeepOptions,
    @Inject(BUS) private readonly bus: Pick<Bus, 'files'>,
  ) {}

  /** Creates the indexes of the records, where they are missing. */
  async createIndexes(): Promise<void> {
    await this.executions.createIndexes();
    await this.approvals.createIndexes();
  }

  /**
   * Deletes what is old enough among the next records after `from` (an id; '' for the oldest). Returns the id to go on from, or
   * null when there is no more to do. Executions that have not ended stay, however old.
   */
  async expireBatch(from: string, now: number): Promise<string | null> {
    if (this.keep.recordsMs === null) return null;
    const old = await this.executions.oldest(from, firstIdAt('execution', now - this.keep.recordsMs), BATCH);
    const rows = old.filter((row) => !OPEN_STATUSES.includes(row.status));
    const ended = rows.map((row) => row._id);
    // Before the records, by which they are found. Those of older executions are gone by themselves.
    if (this.keep.recordsMs < LIMITS.fileMs) for (const { org, _id } of rows) await this.#removeFiles(org, _id);
    await this.approvals.deleteOf(ended);
    await this.executions.delete(ended);
    expiredRecords.inc(ended.length);
    return old.length < BATCH ? null : (old.at(-1)?._id ?? null);
  }

  async #removeFiles(organisationId: string, executionId: string): Promise<void> {
    for (const { id } of await this.bus.files.list(organisationId, executionId))
      await this.bus.files.remove(organisationId, id);
  }
}
