import { Controller } from '@nestjs/common';
import { BeginAuditEntry, EndAuditEntry, ListAuditLog, newId, RecordProfile, type AuditLog } from '@millrace/contracts';
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

  /** Services may record this, and nothing else. */
  @OnRequest(RecordProfile)
  async recordProfile(question: z.output<typeof RecordProfile.question>): Promise<{ entry_id: string }> {
    const { service, kind, address, request_id } = question;
    const of = { entry_id: newId('audit_entry'), organisation_id: null };
    await this.log.begin({
      ...{ ...of, at: new Date().toISOString(), address, request_id },
      actor: { type: 'operator', id: null },
      action: 'profile',
      resource: { type: 'installation', id: `${service}.${kind}` },
    });
    await this.log.end({ ...of, error: null });
    return { entry_id: of.entry_id };
  }

  @OnRequest(ListAuditLog)
  list(question: z.output<typeof ListAuditLog.question>): Promise<AuditLog> {
    return this.log.list(question);
  }
}
