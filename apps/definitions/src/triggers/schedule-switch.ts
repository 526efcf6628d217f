import { Injectable } from '@nestjs/common';
import { AppError, type SchedulePause } from '@millrace/contracts';
import { WorkflowWriter, type ChangeTarget } from '../workflows/workflow-writer.js';

/** Pauses and resumes single schedules of a workflow. That makes no version: the document stays what it is. */
@Injectable()
export class ScheduleSwitch {
  constructor(private readonly writer: WorkflowWriter) {}

  /** Returns once it is published. Throws WORKFLOW_NOT_FOUND, SCHEDULE_NOT_FOUND. */
  async set(target: ChangeTarget, index: number, paused: boolean): Promise<SchedulePause> {
    const { workflowId: workflow_id } = target;
    await this.writer.change(target, async ({ schedules = [] }) => {
      const schedule = schedules[index];
      if (schedule === undefined) throw new AppError('SCHEDULE_NOT_FOUND', { details: { workflow_id, index } });
      if (schedule.paused === paused) return 'unchanged';
      const changed = { ...schedule, paused, since: new Date() };
      return { schedules: schedules.map((one, position) => (position === index ? changed : one)) };
    });
    return { id: `${workflow_id}.${index}`, workflow_id, index, paused };
  }
}
