import { Inject, Injectable } from '@nestjs/common';
import { AppError, derivedId, LIMITS, ScheduleSnapshot, type ScheduleSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { startExecution, type Started } from '@millrace/service-kit/start-execution';
import { StartPace } from '@millrace/service-kit/start-pace';
import { requireStarts } from '@millrace/service-kit/starts';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { CursorAddress } from './cursor.js';
import { ScheduleInputs, type PublishedConfig } from './schedule-inputs.js';
import type { SchedulePlan } from './schedule-plan.js';

/** The nominal times of a start, in milliseconds since the epoch. */
export interface NominalTimes {
  readonly at: number;
  readonly previous: number | null;
  readonly next: number | null;
}

/** The id of the execution that a schedule starts at a nominal time: always the same, so that starting twice is starting once. */
export function executionIdOf({ organisation_id, workflow_id, index }: CursorAddress, at: number): string {
  return derivedId('execution', at, [organisation_id, 'schedule', workflow_id, String(index)]);
}

/** Starts executions by schedules. */
@Injectable()
export class ScheduleStarter {
  readonly #pace = new StartPace(LIMITS.scheduledStartsPerMinute);

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish' | 'snapshots'>,
    private readonly quota: StorageQuota,
    private readonly inputs: ScheduleInputs,
  ) {}

  /** Whether the schedules of an organisation may start one more execution now; that counts as one, and as more if its input is large. */
  mayStart(organisationId: string, { countsAs }: Pick<SchedulePlan, 'countsAs'>, now: number): boolean {
    return this.#pace.take(organisationId, countsAs, now);
  }

  /** Throws STARTS_PAUSED while nothing is started: then nothing is to be decided, or cancelled, for a start. Also SERVICE_UNAVAILABLE. */
  requireStarts(): Promise<void> {
    return requireStarts(this.bus.snapshots);
  }

  /**
   * Starts the execution of a nominal time, if that has not been done. Throws what `startExecution` does, and
   * SCHEDULE_NOT_FOUND, also when the schedule is no longer as it was `since` or is paused.
   */
  async start(address: CursorAddress, times: NominalTimes, since: string): Promise<Started> {
    const published = await this.#published(address);
    const schedule = published.schedules[address.index];
    if (!published.active || schedule?.paused !== false || schedule.since !== since) throw notFound(address);
    return this.#start(address, times, { published: schedule, id: executionIdOf(address, times.at) });
  }

  /** Starts an execution that has no nominal time: somebody wants one now. Throws as {@link start}. */
  async startNow(address: CursorAddress, times: NominalTimes): Promise<Started> {
    return this.#start(address, times, { published: await this.#configOf(address) });
  }

  /** Starts the execution of a nominal time that is over, under an id of its own. Throws as {@link start}; a paused schedule starts too. */
  async startBackfill(
    address: CursorAddress,
    times: NominalTimes,
    { id, job }: { readonly id: string; readonly job: string },
  ): Promise<Started> {
    return this.#start(address, times, { published: await this.#configOf(address), id, backfill: job });
  }

  async #configOf(address: CursorAddress): Promise<PublishedConfig> {
    const schedule = (await this.#published(address)).schedules[address.index];
    if (schedule === undefined) throw notFound(address);
    return schedule;
  }

  async #published(address: CursorAddress): Promise<ScheduleSnapshotValue> {
    const { organisation_id, workflow_id } = address;
    const published = await this.bus.snapshots.get(ScheduleSnapshot, { workflow_id });
    if (published?.organisation_id !== organisation_id) throw notFound(address);
    return published;
  }

  #start(
    address: CursorAddress,
    { at, previous, next }: NominalTimes,
    {
      published,
      id,
      backfill,
    }: { readonly published: PublishedConfig; readonly id?: string; readonly backfill?: string },
  ): Promise<Started> {
    const { organisation_id, workflow_id } = address;
    return startExecution(this.bus, this.quota, {
      trigger: {
        type: 'schedule',
        scheduled_at: iso(at),
        previous_at: isoOrNull(previous),
        next_at: isoOrNull(next),
        ...(backfill === undefined ? {} : { backfill }),
      },
      workflow: { organisation_id, workflow_id },
      input: () => this.inputs.inputOf(address, published),
      ...(id === undefined ? {} : { id }),
    });
  }
}

function notFound({ workflow_id, index }: CursorAddress): AppError {
  return new AppError('SCHEDULE_NOT_FOUND', { details: { workflow_id, index } });
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : iso(instant);
}
