import { Controller, Inject } from '@nestjs/common';
import {
  ActiveSnapshot,
  AppError,
  GetExecutionStats,
  statsEndpoints,
  type ExecutionStats,
  type WorkflowStats,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** Passes calls about figures of executions on to `history`. */
@Controller()
export class StatsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(statsEndpoints.ofWorkflow)
  async ofWorkflow({
    caller,
    params,
    query,
    requestId,
  }: Call<typeof statsEndpoints.ofWorkflow>): Promise<WorkflowStats> {
    const { workflow_id } = params;
    const question = { organisation_id: caller.organisationId, workflow_id, ...query };
    const [stats, active] = await Promise.all([
      this.bus.request(GetExecutionStats, question, { requestId }),
      ownSnapshot(this.bus.snapshots, ActiveSnapshot, { workflow_id }, caller.organisationId),
    ]);
    // A deleted workflow has no snapshot, and its figures are kept.
    if (active === null && stats.totals.total === 0)
      throw new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id } });
    const { from, to, bucket, totals, buckets } = stats;
    return { workflow_id, from, to, bucket, totals, buckets };
  }

  @Endpoint(statsEndpoints.ofExecutions)
  ofExecutions({ caller, query, requestId }: Call<typeof statsEndpoints.ofExecutions>): Promise<ExecutionStats> {
    const { by, ...range } = query;
    const question = {
      organisation_id: caller.organisationId,
      ...range,
      ...(by === 'workflow' ? { by_workflow: true } : {}),
    };
    return this.bus.request(GetExecutionStats, question, { requestId });
  }
}
