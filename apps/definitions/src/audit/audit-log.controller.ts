import { Controller } from '@nestjs/common';
import { BeginAuditEntry, EndAuditEntry, ListAuditLog, type AuditLog } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { AuditLogService } from './audit-log.service.js';

/** What the gateway records of writes, and the question about it. */
@Controller()
export class AuditLogController {
  constructor(private readonly log: AuditLogService) {}

  @OnRequest(BeginAuditEntry)
  async begin(question: z.output<typeof BeginAuditEntry.question>): Promise<{ bytes: number }> {
    return { bytes: await this.log.begin(question) };
  }

  @OnRequest(EndAuditEntry)
  async end(question: z.output<typeof EndAuditEntry.question>): Promise<{ entry_id: string }> {
    await this.log.end(question);
    return { entry_id: question.entry_id };
  }

  @OnRequest(ListAuditLog)
  list(question: z.output<typeof ListAuditLog.question>): Promise<AuditLog> {
    return this.log.list(question);
  }
}
