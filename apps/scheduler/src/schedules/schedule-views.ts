import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  ActiveSnapshot,
  AppError,
  ScheduleSnapshot,
  type ActiveSnapshotValue,
  type ExecutionAccepted,
  type ScheduleList,
  type ScheduleResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';
import { requireStartable } from '@millrace/service-kit/start-execution';
import { CLOCK } from '../engine/clock.js';
import type { Cursor, CursorAddress } from '../engine/cursor.js';
import { Cursors } from '../engine/cursors.js';
import { entriesOf, type ScheduleEntry } from '../engine/schedule-entry.js';
import { executionIdOf, ScheduleStarter } from '../engine/schedule-starter.js';
import { ScheduleTable } from '../engine/schedule-table.js';

/** Schedules as users see them. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class ScheduleViews {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    @Inject(CLOCK) private readonly now: () => number,
    private readonly table: ScheduleTable,
    private readonly cursors: Cursors,
    private readonly starter: ScheduleStarter,
  ) {}

  /** A page of the organisation's schedules, or of a workflow's. Throws WORKFLOW_NOT_FOUND. */
  async page(question: {
    readonly organisation_id: string;
    readonly workflow_id?: string | undefined;
    readonly limit: number;
    readonly starting_after?: string | undefined;
  }): Promise<ScheduleList> {
    const { organisation_id, workflow_id, limit, starting_after: after } = question;
    const all =
      workflow_id === undefined
        ? this.table.ofOrganisation(organisation_id)
        : await this.#ofWorkflow(organisation_id, workflow_id);
    const rest = after === undefined ? all : all.filter(({ address }) => isBehind(address, after));
    const shown = rest.slice(0, limit);
    const has_more = rest.length > shown.length;
    const schedules: ScheduleResource[] = [];
    for (const entry of shown) {
      schedules.push(await this.#view(entry));
      // A time that is years away takes milliseconds to find, and schedules are due in this process.
      await setImmediate();
    }
    return { schedules, has_more, next_cursor: has_more ? (schedules.at(-1)?.id ?? null) : null };
  }

  /** The schedules of workflows of the organisation, from memory; a change may take a moment to show. */
  async ofWorkflows(organisation_id: string, workflow_ids: readonly string[]): Promise<ScheduleResource[]> {
    const entries = workflow_ids
      .flatMap((id) => this.table.ofWorkflow(id))
      .filter(({ address }) => address.organisation_id === organisation_id);
    const schedules: ScheduleResource[] = [];
    for (const entry of entries) {
      schedules.push(await this.#view(entry));
      await setImmediate();
    }
    return schedules;
  }

  /** Starts an execution now. Throws what `startExecution` does, and SCHEDULE_NOT_FOUND. */
  async trigger(address: CursorAddress): Promise<ExecutionAccepted> {
    const entry = await this.entryOf(address);
    const at = this.now();
    const cursor = await this.cursors.read(address);
    const next = entry.plan.times.after(at)?.at ?? null;
    const started = await this.starter.startNow(address, { at, previous: cursor?.value.last?.at ?? null, next });
    const { execution_id, started_at } = started;
    return { id: execution_id, execution_id, status: 'running', started_at, workflow_id: address.workflow_id };
  }

  /** A schedule as it is published now. Throws WORKFLOW_NOT_FOUND, SCHEDULE_NOT_FOUND. */
  async entryOf({ organisation_id, workflow_id, index }: CursorAddress): Promise<ScheduleEntry> {
    const entries = await this.#ofWorkflow(organisation_id, workflow_id);
    const entry = entries.find((one) => one.address.index === index);
    if (entry === undefined) throw new AppError('SCHEDULE_NOT_FOUND', { details: { workflow_id, index } });
    return entry;
  }

  /** Throws WORKFLOW_NOT_FOUND, and WORKFLOW_PAUSED or WORKFLOW_NOT_ACTIVE of a workflow that its schedules do not start. */
  async requireStartable({ organisation_id, workflow_id }: CursorAddress): Promise<void> {
    requireStartable(await this.#active(organisation_id, workflow_id), { type: 'schedule' });
  }

  async #active(organisation_id: string, workflow_id: string): Promise<ActiveSnapshotValue> {
    const active = await ownSnapshot(this.bus.snapshots, ActiveSnapshot, { workflow_id }, organisation_id);
    if (active === null) throw new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id } });
    return active;
  }

  /** As they are published now: whoever has just saved the workflow sees what was saved. */
  async #ofWorkflow(organisation_id: string, workflow_id: string): Promise<readonly ScheduleEntry[]> {
    await this.#active(organisation_id, workflow_id);
    const published = await this.bus.snapshots.get(ScheduleSnapshot, { workflow_id });
    // What is as it was is not read again: its config may be large.
    return published === null ? [] : entriesOf(published, this.table.ofWorkflow(workflow_id));
  }

  async #view({ address, plan, stopped }: ScheduleEntry): Promise<ScheduleResource> {
    const { workflow_id, index } = address;
    const cursor = (await this.cursors.read(address))?.value ?? null;
    const next = plan.times.after(Math.max(Date.parse(plan.since), cursor?.handled_at ?? 0));
    return {
      id: `${workflow_id}.${index}`,
      workflow_id,
      index,
      ...plan.shown,
      status: stopped ?? (next === null ? 'ended' : 'active'),
      next_run_at: stopped === null && next !== null ? iso(next.at) : null,
      last_run: lastRunOf(address, cursor),
      counts: cursor?.counts ?? { started: 0, missed: 0, skipped: 0, refused: 0 },
      ...(cursor?.buffered === undefined ? {} : { buffered: cursor.buffered.map(iso) }),
      notes: (cursor?.notes ?? []).map((note) => ({
        ...note,
        first_at: iso(note.first_at),
        last_at: iso(note.last_at),
      })),
    };
  }
}

function lastRunOf(address: CursorAddress, cursor: Cursor | null): ScheduleResource['last_run'] {
  if (!cursor?.last) return null;
  const { at, outcome } = cursor.last;
  return { scheduled_at: iso(at), execution_id: executionIdOf(address, at), outcome };
}

/** Whether a schedule comes after the one with this id in a list. */
function isBehind({ workflow_id, index }: CursorAddress, id: string): boolean {
  const [workflow = '', place = ''] = id.split('.');
  return workflow_id === workflow ? index > Number(place) : workflow_id > workflow;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
