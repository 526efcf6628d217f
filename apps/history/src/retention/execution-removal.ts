import { Inject, Injectable } from '@nestjs/common';
import { firstIdAt, LIMITS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { ApprovalsRepository } from '../approvals/approvals.repository.js';
import { ExecutionsRepository } from '../executions/executions.repository.js';
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
  async remove(organisationId: string, ids: readonly string[], now: number): Promise<void> {
    // Before the records, by which they are found.
    const youngest = firstIdAt('execution', now - LIMITS.fileMs);
    const withFiles = ids.filter((id) => id >= youngest);
    for (let from = 0; from < withFiles.length; from += FILES_AT_ONCE)
      await Promise.all(withFiles.slice(from, from + FILES_AT_ONCE).map((id) => this.#removeFiles(organisationId, id)));
    await this.approvals.deleteOf(ids);
    await this.executions.delete(ids);
    expiredRecords.inc(ids.length);
  }

  async #removeFiles(organisationId: string, executionId: string): Promise<void> {
    for (const { id } of await this.bus.files.list(organisationId, executionId))
      await this.bus.files.remove(organisationId, id);
  }
}
