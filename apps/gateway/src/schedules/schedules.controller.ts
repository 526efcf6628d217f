import { Controller, Inject, Res } from '@nestjs/common';
import {
  CreateJob,
  ListSchedules,
  PauseSchedule,
  PlanBackfill,
  PreviewSchedule,
  scheduleEndpoints,
  TriggerSchedule,
  type JobAccepted,
  type BackfillPlan,
  type ExecutionAccepted,
  type ScheduleList,
  type SchedulePause,
  type SchedulePreview,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** A call about one schedule. */
interface OneSchedule {
  readonly caller: { readonly organisationId: string };
  readonly params: { readonly workflow_id: string; readonly index: string };
}

/** Passes calls about schedules on to `scheduler`, and to `definitions` what changes them. */
@Controller()
export class SchedulesController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(scheduleEndpoints.preview)
  preview({ caller, body, requestId }: Call<typeof scheduleEndpoints.preview>): Promise<SchedulePreview> {
    const question = { organisation_id: caller.organisationId, schedule: body };
    return this.bus.request(PreviewSchedule, question, { requestId });
  }

  @Endpoint(scheduleEndpoints.list)
  list({ caller, query, requestId }: Call<typeof scheduleEndpoints.list>): Promise<ScheduleList> {
    return this.bus.request(ListSchedules, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(scheduleEndpoints.listOfWorkflow)
  listOfWorkflow(call: Call<typeof scheduleEndpoints.listOfWorkflow>): Promise<ScheduleList> {
    const { caller, params, query, requestId } = call;
    const question = { organisation_id: caller.organisationId, workflow_id: params.workflow_id, ...query };
    return this.bus.request(ListSchedules, question, { requestId });
  }

  @Endpoint(scheduleEndpoints.backfill)
  async backfill(
    call: Call<typeof scheduleEndpoints.backfill>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobAccepted | BackfillPlan> {
    const { organisation_id, ...schedule } = addressOf(call);
    const { dry_run, ...range } = call.body;
    // The times are fixed here: what the job starts does not depend on how the schedule is changed later.
    const { times } = await this.bus.request(PlanBackfill, { organisation_id, ...schedule, ...range }, call.asking);
    if (dry_run === true) {
      response.status(200);
      return { job_id: null, matched: times.length, times };
    }
    const parameters = { ...schedule, ...range };
    const named = call.idempotencyKey === undefined ? {} : { request_key: call.idempotencyKey.fingerprint() };
    const job = { organisation_id, kind: 'backfill', parameters, items: times, ...named } as const;
    const { id: job_id } = await this.bus.request(CreateJob, job, call.asking);
    response.setHeader('Location', `/v1/jobs/${job_id}`);
    return { job_id, matched: times.length };
  }

  @Endpoint(scheduleEndpoints.trigger)
  trigger(call: Call<typeof scheduleEndpoints.trigger>): Promise<ExecutionAccepted> {
    return this.bus.request(TriggerSchedule, addressOf(call), call.asking);
  }

  @Endpoint(scheduleEndpoints.pause)
  pause(call: Call<typeof scheduleEndpoints.pause>): Promise<SchedulePause> {
    return this.bus.request(PauseSchedule, { ...addressOf(call), paused: true }, call.asking);
  }

  @Endpoint(scheduleEndpoints.resume)
  resume(call: Call<typeof scheduleEndpoints.resume>): Promise<SchedulePause> {
    return this.bus.request(PauseSchedule, { ...addressOf(call), paused: false }, call.asking);
  }
}

function addressOf({ caller, params }: OneSchedule): { organisation_id: string; workflow_id: string; index: number } {
  return {
    organisation_id: caller.organisationId,
    workflow_id: params.workflow_id,
    index: Number(params.index),
  };
}
