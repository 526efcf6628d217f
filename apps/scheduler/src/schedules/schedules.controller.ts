import { Controller, Inject, UseInterceptors } from '@nestjs/common';
import {
  DescribeSchedules,
  ListNextRuns,
  ListSchedules,
  PreviewSchedule,
  TriggerSchedule,
  type ExecutionAccepted,
  type ScheduleList,
  type SchedulePreview,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { KeyedWriteInterceptor } from '@millrace/service-kit/keyed-write';
import type { z } from 'zod';
import { CLOCK } from '../engine/clock.js';
import { NextTimes } from './next-times.js';
import { previewOf } from './preview.js';
import { ScheduleViews } from './schedule-views.js';

/** What is asked about schedules. */
@Controller()
export class SchedulesController {
  constructor(
    private readonly views: ScheduleViews,
    private readonly nextTimes: NextTimes,
    @Inject(CLOCK) private readonly now: () => number,
  ) {}

  @OnRequest(ListSchedules, { heavy: true })
  list(question: z.output<typeof ListSchedules.question>): Promise<ScheduleList> {
    return this.views.page(question);
  }

  @OnRequest(DescribeSchedules, { heavy: true })
  async describe({
    organisation_id,
    workflow_ids,
  }: z.output<typeof DescribeSchedules.question>): Promise<z.output<typeof DescribeSchedules.answer>> {
    return { schedules: await this.views.ofWorkflows(organisation_id, workflow_ids) };
  }

  @OnRequest(ListNextRuns)
  async nextRuns({
    organisation_id,
    workflow_ids,
  }: z.output<typeof ListNextRuns.question>): Promise<{ next: Record<string, string> }> {
    return { next: this.nextTimes.ofWorkflows(organisation_id, workflow_ids) };
  }

  @OnRequest(PreviewSchedule, { heavy: true })
  preview({ schedule }: z.output<typeof PreviewSchedule.question>): Promise<SchedulePreview> {
    return previewOf(schedule, this.now());
  }

  @UseInterceptors(KeyedWriteInterceptor)
  @OnRequest(TriggerSchedule)
  trigger(question: z.output<typeof TriggerSchedule.question>): Promise<ExecutionAccepted> {
    return this.views.trigger(question);
  }
}
