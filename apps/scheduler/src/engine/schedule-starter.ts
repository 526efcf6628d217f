import { Inject, Injectable } from '@nestjs/common';
import { AppError, derivedId, ScheduleSnapshot } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { startExecution, type Started } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { CursorAddress } from './cursor.js';
import { configOf } from './schedule-plan.js';

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
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish' | 'snapshots'>,
    private readonly quota: StorageQuota,
  ) {}

  /** Starts the execution of a nominal time, if that has not been done. Throws what `startExecution` does, and SCHEDULE_NOT_FOUND. */
  start(address: CursorAddress, times: NominalTimes): Promise<Started> {
    return this.#start(address, times, executionIdOf(address, times.at));
  }

  /** Starts an execution that has no nominal time: somebody wants one now. Throws as {@link start}. */
  startNow(address: CursorAddress, times: NominalTimes): Promise<Started> {
    return this.#start(address, times, undefined);
  }

  async #start(address: CursorAddress, { at, previous, next }: NominalTimes, id: string | undefined): Promise<Started> {
    const { organisation_id, workflow_id, index } = address;
    const published = await this.bus.snapshots.get(ScheduleSnapshot, { workflow_id });
    const schedule = published?.organisation_id === organisation_id ? published.schedules[index] : undefined;
    if (schedule === undefined) throw new AppError('SCHEDULE_NOT_FOUND', { details: { workflow_id, index } });
    return startExecution(this.bus, this.quota, {
      trigger: { type: 'schedule', scheduled_at: iso(at), previous_at: isoOrNull(previous), next_at: isoOrNull(next) },
      workflow: { organisation_id, workflow_id },
      input: () => configOf(schedule.config)?.input ?? {},
      ...(id === undefined ? {} : { id }),
    });
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : iso(instant);
}
