import { Inject, Injectable } from '@nestjs/common';
import type { ExecutionAccepted } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { startExecution } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';

/** Accepts executions that are started over the API. */
@Injectable()
export class ExecutionStarter {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly quota: StorageQuota,
  ) {}

  /** Durably accepts one execution; errors as {@link startExecution} lists them. */
  async start(request: {
    organisationId: string;
    workflowId: string;
    version: number | undefined;
    input: unknown;
    label: string | undefined;
    requestId: string;
  }): Promise<ExecutionAccepted> {
    const { organisationId: organisation_id, workflowId, version, input, label, requestId } = request;
    const { execution_id, workflow_id, started_at } = await startExecution(this.bus, this.quota, {
      trigger: { type: 'api' },
      workflow: { organisation_id, workflow_id: workflowId, version },
      input: () => input,
      requestId,
      label,
    });
    return { id: execution_id, execution_id, status: 'running', started_at, workflow_id };
  }
}
