import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { AuditLogService } from './audit/audit-log.service.js';
import { CreditBook } from './credits/credit-book.js';
import { MasterKeyRotation } from './settings/master-key-rotation.js';
import { ListBackfill } from './workflow-lists/list-backfill.js';

/** Brings records up to date that were written by former keys or releases, deletes those that are too old, and logs what it did. */
@Injectable()
export class RecordUpkeep {
  constructor(
    private readonly rotation: MasterKeyRotation,
    private readonly backfill: ListBackfill,
    private readonly auditLog: AuditLogService,
    private readonly credits: CreditBook,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Wraps what organisations have sealed by the current master key. Throws SERVICE_UNAVAILABLE. */
  async rewrap(stopping: AbortSignal): Promise<void> {
    const organisations = await this.rotation.rewrap(stopping);
    if (organisations > 0)
      this.logger.info({ organisations }, 'Wrapped what organisations have sealed by the current master key');
  }

  /** Gives workflows what lists need. Throws SERVICE_UNAVAILABLE. */
  async completeLists(stopping: AbortSignal): Promise<void> {
    const workflows = await this.backfill.run(stopping);
    if (workflows > 0) this.logger.info({ workflows }, 'Completed what lists need of workflows of an earlier release');
  }

  /** Deletes entries of the audit log that are older than it goes back. Throws SERVICE_UNAVAILABLE. */
  async pruneAuditLog(stopping: AbortSignal): Promise<void> {
    const entries = await this.auditLog.prune(stopping);
    if (entries > 0) this.logger.info({ entries }, 'Deleted old entries of the audit log');
  }

  /** Deletes lines of ledgers and figures of usage that are older than they go back. Throws SERVICE_UNAVAILABLE. */
  async pruneCredits(): Promise<void> {
    const records = await this.credits.prune();
    if (records > 0) this.logger.info({ records }, 'Deleted old lines of ledgers and figures of usage');
  }
}
