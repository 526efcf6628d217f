import { Controller } from '@nestjs/common';
import { PauseSchedule, type SchedulePause } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { ScheduleSwitch } from './schedule-switch.js';

/** What is asked about schedule triggers. */
@Controller()
export class SchedulesController {
  constructor(private readonly schedules: ScheduleSwitch) {}

  @OnRequest(PauseSchedule)
  pause(question: z.output<typeof PauseSchedule.question>): Promise<SchedulePause> {
    const { organisation_id: organisationId, workflow_id: workflowId, index, paused } = question;
    return this.schedules.set({ organisationId, workflowId }, index, paused);
  }
}
