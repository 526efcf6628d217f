import { isDeepStrictEqual } from 'node:util';
import { AppError, ScheduleSnapshot, type ScheduleSnapshotValue } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { isObject, type JsonObject } from '../workflows/json-object.js';
import type { WorkflowRecord, WorkflowSchedule } from '../workflows/workflow.schema.js';
import type { WorkflowsRepository } from '../workflows/workflows.repository.js';
import type { TriggerChange, TriggerPlugin } from './trigger-plugin.js';

/** Where schedules are counted and published. */
export interface ScheduleTriggerNeeds {
  readonly workflows: Pick<WorkflowsRepository, 'countSchedules'>;
  readonly snapshots: Pick<Bus['snapshots'], 'get' | 'put' | 'delete'>;
  /** Schedules that an organisation may have. */
  readonly limit: number;
}

/** What schedules a workflow has, and since when each has been as it is, is published for the service that starts by them. */
export function scheduleTrigger(needs: ScheduleTriggerNeeds): TriggerPlugin {
  return {
    assign: (change) => assign(needs, change),
    snapshots: {
      publish: (workflow) => publish(needs, workflow),
      arePublished: async (workflow) =>
        isDeepStrictEqual(
          await needs.snapshots.get(ScheduleSnapshot, { workflow_id: workflow._id }),
          snapshotOf(workflow),
        ),
    },
  };
}

/** A schedule that says what it said stays as it is, so that an edit elsewhere in the workflow loses none of its times. */
async function assign(
  { workflows, limit }: ScheduleTriggerNeeds,
  { organisationId, workflowId, triggers, former }: TriggerChange,
): Promise<{ schedules: WorkflowSchedule[] }> {
  const before = former?.fields.schedules ?? [];
  if (triggers.length > before.length) await requireRoom(workflows, organisationId, workflowId, triggers.length, limit);
  const now = new Date();
  const schedules = triggers.map((trigger, position) => {
    const config = configOf(trigger);
    const same = before[position];
    return same?.config === config ? same : { config, paused: same?.paused ?? false, since: now };
  });
  return { schedules };
}

async function requireRoom(
  workflows: ScheduleTriggerNeeds['workflows'],
  organisationId: string,
  workflowId: string,
  wanted: number,
  limit: number,
): Promise<void> {
  const others = await workflows.countSchedules(organisationId, workflowId);
  if (others + wanted <= limit) return;
  throw new AppError('QUOTA_EXCEEDED', {
    message: `The organisation may have ${limit} schedules and has ${others} in other workflows. Delete some, or ask the operator of this installation to raise MILLRACE_SCHEDULES_PER_ORGANISATION.`,
    details: { kind: 'schedules', limit },
  });
}

function configOf({ config }: JsonObject): string {
  return JSON.stringify(isObject(config) ? config : {});
}

async function publish({ snapshots }: ScheduleTriggerNeeds, workflow: WorkflowRecord): Promise<void> {
  const address = { workflow_id: workflow._id };
  const value = snapshotOf(workflow);
  if (value !== null) await snapshots.put(ScheduleSnapshot, address, value);
  // Most workflows never had a schedule, and get no message that says so.
  else if ((await snapshots.get(ScheduleSnapshot, address)) !== null) await snapshots.delete(ScheduleSnapshot, address);
}

function snapshotOf(workflow: WorkflowRecord): ScheduleSnapshotValue | null {
  const { _id, organisation_id, status, status_since, schedules = [] } = workflow;
  if (workflow.deleted_at !== null || schedules.length === 0) return null;
  return {
    organisation_id,
    workflow_id: _id,
    active: status === 'active',
    schedules: schedules.map(({ config, paused, since }) => ({
      config,
      paused,
      since: new Date(Math.max(since.getTime(), status_since?.getTime() ?? 0)).toISOString(),
    })),
  };
}
