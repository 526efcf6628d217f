import { Controller, Inject } from '@nestjs/common';
import { auditEndpoints, ListAuditLog, type AuditLog } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** Passes calls about the audit log on to `definitions`. */
@Controller()
export class AuditLogController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(auditEndpoints.list)
  list({ caller, query, requestId }: Call<typeof auditEndpoints.list>): Promise<AuditLog> {
    return this.bus.request(ListAuditLog, { organisation_id: caller.organisationId, ...query }, { requestId });
  }
}
