import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { ApprovalsRepository } from '../approvals/approvals.repository.js';
import { ExecutionsRepository } from '../executions/executions.repository.js';
import type { ExpiredExecution } from './expired-executions.repository.js';
import { expiredRecords } from './retention.metrics.js';

/** Executions whose files are looked for at once. */
const FILES_AT_ONCE = 20;

/** Deletes executions with everything that is stored of them. What was cut short can be done again. */
@Injectable()
export class ExecutionRemoval {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly approvals: ApprovalsRepository,
    @Inject(BUS) private readonly bus: Pick<Bus, 'files'>,
  ) {}

  /** `now` decides whose files are gone by themselves. Throws what the driver throws, and SERVICE_UNAVAILABLE. */
  async remove(organisationId: string, expired: readonly ExpiredExecution[], now: number): Promise<void> {
    const ids = expired.map(({ id }) => id);
    // Before the records, by which they are found. An execution may have waited for long before it stored one, so its own age says nothing of theirs.
    const withFiles = expired.filter(({ completedAt }) => completedAt.getTime() >= now - LIMITS.fileMs);
    for (let from = 0; from < withFiles.length; from += FILES_AT_ONCE)
      await Promise.all(
        withFiles.slice(from, from + FILES_AT_ONCE).map(({ id }) => this.#removeFiles(organisationId, id)),
      );
    await this.approvals.deleteOf(ids);
    await this.executions.delete(ids);
    expiredRecords.inc(ids.length);
  }

  async #removeFiles(organisationId: string, executionId: string): Promise<void> {
    for (const { id } of await this.bus.files.list(organisationId, executionId))
      await this.bus.files.remove(organisationId, id);
  }
}
