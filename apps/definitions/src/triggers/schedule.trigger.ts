import { isDeepStrictEqual } from 'node:util';
import { ScheduleSnapshot, type ScheduleSnapshotValue } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import { isObject, type JsonObject } from '../workflows/json-object.js';
import type { WorkflowRecord, WorkflowSchedule } from '../workflows/workflow.schema.js';
import { tooManySchedules } from '../workflows/workflows.errors.js';
import type { WorkflowsRepository } from '../workflows/workflows.repository.js';
import type { ServedTriggerPlugin, TriggerChange } from './trigger-plugin.js';

/** Where schedules are counted and published. */
export interface ScheduleTriggerNeeds {
  readonly workflows: Pick<WorkflowsRepository, 'countSchedules'>;
  readonly snapshots: Pick<Bus['snapshots'], 'get' | 'put' | 'delete'>;
  /** Schedules that an organisation may have. */
  readonly schedulesPerOrganisation: number;
}

/** What schedules a workflow has, and since when each has been as it is, is published for the service that starts by them. */
export function scheduleTrigger(needs: ScheduleTriggerNeeds): ServedTriggerPlugin {
  return {
    assign: (change) => assign(needs, change),
    listing: {
      filter: { 'schedules.0': { $exists: true } },
      // Inputs of schedules may be long; how many there are is all that is needed.
      fields: { 'schedules.paused': 1 },
      list: ({ schedules = [] }) => Promise.resolve(schedules.map(() => ({}))),
    },
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

async function assign(
  { workflows, schedulesPerOrganisation }: ScheduleTriggerNeeds,
  { organisationId, workflowId, triggers, former }: TriggerChange,
): Promise<{ schedules: WorkflowSchedule[] }> {
  const before = former?.fields.schedules ?? [];
  if (triggers.length > before.length)
    await requireRoom(workflows, organisationId, workflowId, triggers.length, schedulesPerOrganisation);
  return { schedules: schedulesOf(triggers.map(configOf), before) };
}

/**
 * A schedule that says what it said in its place stays as it is, so that an edit elsewhere in the workflow loses none of its
 * times. One that has moved begins anew and stays paused or not, whatever was in its new place before. A changed one is
 * known by its place alone, which means nothing when there are more or fewer than before.
 */
function schedulesOf(configs: readonly string[], before: readonly WorkflowSchedule[]): WorkflowSchedule[] {
  const now = new Date();
  const left = before.filter(({ config }, position) => configs[position] !== config);
  return configs.map((config, position) => {
    const inPlace = before[position];
    if (inPlace?.config === config) return inPlace;
    const moved = left.findIndex((one) => one.config === config);
    if (moved >= 0) return { config, paused: left.splice(moved, 1)[0]?.paused ?? false, since: now };
    return { config, paused: configs.length === before.length && (inPlace?.paused ?? false), since: now };
  });
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
  throw tooManySchedules(limit, others);
}

function configOf({ config }: JsonObject): string {
  return stringifyJson(isObject(config) ? config : {});
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
