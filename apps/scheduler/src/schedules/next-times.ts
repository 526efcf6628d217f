import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../engine/clock.js';
import type { ScheduleEntry } from '../engine/schedule-entry.js';
import type { SchedulePlan } from '../engine/schedule-plan.js';
import { ScheduleTable } from '../engine/schedule-table.js';

/** When workflows are due next, for lists: from memory alone. A change of a schedule may take a moment to show. */
@Injectable()
export class NextTimes {
  /** The next time of each plan as it was last worked out; null when there is none. It holds until then. */
  readonly #known = new WeakMap<SchedulePlan, number | null>();

  constructor(
    @Inject(CLOCK) private readonly now: () => number,
    private readonly table: ScheduleTable,
  ) {}

  /** The first time of each workflow of the organisation, as ISO text; those without one are left out. */
  ofWorkflows(organisationId: string, workflowIds: readonly string[]): Record<string, string> {
    const found = workflowIds.flatMap((id): [string, string][] => {
      const times = this.table.ofWorkflow(id).flatMap((entry) => this.#nextOf(entry, organisationId) ?? []);
      return times.length === 0 ? [] : [[id, new Date(Math.min(...times)).toISOString()]];
    });
    return Object.fromEntries(found);
  }

  #nextOf({ address, plan, stopped }: ScheduleEntry, organisationId: string): number | null {
    if (address.organisation_id !== organisationId || stopped !== null) return null;
    const now = this.now();
    const known = this.#known.get(plan);
    if (known === null || (known !== undefined && known > now)) return known;
    const next = plan.times.after(Math.max(Date.parse(plan.since), now))?.at ?? null;
    this.#known.set(plan, next);
    return next;
  }
}
