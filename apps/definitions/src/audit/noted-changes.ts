import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { RequestContext } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { OF_THE_OPERATOR } from './audit-entry.schema.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { noting } from './noted-change.js';

/**
 * Records what a question has changed in the entry of the audit log that it names, before the response. No service of this process knows of
 * entries: they note what they write. A question that names none passes untouched.
 */
@Injectable()
export class NotedChangesInterceptor implements NestInterceptor {
  constructor(
    private readonly entries: AuditLogRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const rpc = context.switchToRpc();
    const { auditEntry } = rpc.getContext<RequestContext>();
    if (auditEntry === undefined) return next.handle();
    const { organisation_id = OF_THE_OPERATOR } = rpc.getData<{ organisation_id?: string }>();
    return from(this.#recorded({ _id: auditEntry, organisation_id }, next));
  }

  async #recorded(entry: { _id: string; organisation_id: string }, next: CallHandler): Promise<unknown> {
    const { outcome, change } = await noting(() => lastValueFrom(next.handle(), { defaultValue: undefined }));
    try {
      if (change) await this.entries.set(entry, await change());
    } catch (error) {
      // It was changed, whether that is recorded or not: the entry then says that it was asked for.
      this.logger.warn({ err: error, entry: entry._id }, 'What a write has changed could not be recorded');
    }
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}
