import { Inject, Injectable } from '@nestjs/common';
import {
  ActiveSnapshot,
  AppError,
  newId,
  RunRequested,
  VersionSnapshot,
  type ExecutionAccepted,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';

/** Accepts executions that the API asks for. */
@Injectable()
export class ExecutionStarter {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /**
   * Durably accepts one execution: when this resolves, the execution will run whatever crashes.
   * Errors: WORKFLOW_NOT_FOUND, WORKFLOW_PAUSED, VERSION_NOT_FOUND, STORAGE_FULL, SERVICE_UNAVAILABLE.
   */
  async start(request: {
    organisationId: string;
    workflowId: string;
    version: number | undefined;
    input: unknown;
    requestId: string;
  }): Promise<ExecutionAccepted> {
    const workflow = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id: request.workflowId });
    if (!workflow || workflow.organisation_id !== request.organisationId) {
      throw new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id: request.workflowId } });
    }
    if (workflow.status === 'paused')
      throw new AppError('WORKFLOW_PAUSED', { details: { workflow_id: request.workflowId } });
    const version = request.version ?? workflow.version;
    if (version !== workflow.version) await this.requireVersion(request.workflowId, version);

    const executionId = newId('execution');
    const acceptedAt = new Date().toISOString();
    await this.bus.publish(
      RunRequested,
      {
        execution_id: executionId,
        organisation_id: request.organisationId,
        workflow_id: request.workflowId,
        version,
        generation: 0,
        accepted_at: acceptedAt,
        trigger: { type: 'api' },
        input: request.input,
        request_id: request.requestId,
      },
      { requestId: request.requestId, acceptance: true },
    );
    return {
      id: executionId,
      execution_id: executionId,
      status: 'running',
      started_at: acceptedAt,
      workflow_id: request.workflowId,
    };
  }

  private async requireVersion(workflowId: string, version: number): Promise<void> {
    const snapshot = await this.bus.snapshots.get(VersionSnapshot, { workflow_id: workflowId, version });
    if (!snapshot) throw new AppError('VERSION_NOT_FOUND', { details: { workflow_id: workflowId, version } });
  }
}
