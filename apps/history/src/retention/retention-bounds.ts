import { Inject, Injectable } from '@nestjs/common';
import { firstIdAt, RunRequested } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { KEEP_OPTIONS, type KeepOptions } from '../keep-options.js';
import { ExpiredExecutionsRepository, type ExpiredBounds } from './expired-executions.repository.js';
import { WorkflowPolicies, type WorkflowAddress } from './workflow-policies.service.js';

const DAY = 24 * 60 * 60_000;
/** Of what has ended so lately, entries may still be delivered again. A number of executions takes effect after it. */
const SETTLED_MS = 60 * 60_000;

/** What decides about all workflows of one sweep. */
export interface SweepTimes {
  readonly now: number;
  /** Executions that ended before it are not in the queue any more. */
  readonly queueSince: number;
}

/** Which executions of a workflow are not kept any longer. */
@Injectable()
export class RetentionBounds {
  constructor(
    private readonly expired: ExpiredExecutionsRepository,
    private readonly policies: WorkflowPolicies,
    @Inject(KEEP_OPTIONS) private readonly keep: KeepOptions,
    @Inject(BUS) private readonly bus: Pick<Bus, 'oldestAt'>,
  ) {}

  /**
   * A message of an execution may come again as long as it is in the queue. By its record it is known that it has ended, when its journal does
   * not say so any more. Throws SERVICE_UNAVAILABLE.
   */
  async timesAt(now: number): Promise<SweepTimes> {
    return { now, queueSince: (await this.bus.oldestAt(RunRequested))?.getTime() ?? now };
  }

  /** Whatever is within any of them goes. Throws SERVICE_UNAVAILABLE, and what the driver throws. */
  async of(workflow: WorkflowAddress, { now, queueSince }: SweepTimes): Promise<readonly ExpiredBounds[]> {
    const { days, count } = await this.policies.of(workflow);
    const bounds: ExpiredBounds[] = [];
    const ageMs = days === null ? this.keep.recordsMs : days * DAY;
    if (ageMs !== null) {
      // An execution has begun before it ends: by ids it is found.
      const before = firstIdAt('execution', now - ageMs);
      bounds.push({ before, endedBefore: new Date(Math.min(now - ageMs, queueSince)), tests: true });
    }
    const before = count === null ? null : await this.expired.oldestOfNewest(workflow, count);
    const settled = now - SETTLED_MS - this.keep.journalFinishedMs;
    // Trying a workflow out takes none of its real executions away: tests go by their age alone.
    if (before !== null) bounds.push({ before, endedBefore: new Date(Math.min(settled, queueSince)), tests: false });
    return bounds;
  }
}
