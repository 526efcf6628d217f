import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { firstIdAt } from '@millrace/contracts';
import { RecordedWorkflowsRepository } from '../counts/recorded-workflows.repository.js';
import { LeasesRepository } from '../upkeep/leases.repository.js';
import { ExecutionRemoval } from './execution-removal.js';
import { ExpiredExecutionsRepository, type ExpiredBounds } from './expired-executions.repository.js';
import { RetentionBounds } from './retention-bounds.js';
import type { WorkflowAddress } from './workflow-policies.service.js';

/** Records that are deleted together. */
const BATCH = 500;
/** Records that are deleted in a second, at most: writing new ones has the database for itself, but for this. */
const PER_SECOND = 2_000;
/** Workflows that are looked at in a second, at most. */
const WORKFLOWS_PER_SECOND = 500;
/** How long a replica has the work to itself; longer than a batch takes. */
const LEASE_MS = 60_000;
/** From one sweep to the next. */
export const SWEEP_EVERY_MS = 10 * 60_000;
const LEASE = 'record_retention';
const HOUR = 60 * 60_000;

/**
 * Deletes the records of finished executions that are older than they are kept, or more, with everything that is stored of them. Workflow by workflow, since each may
 * have its own setting; in small batches and at a bounded rate; one replica at a time. A batch that is done twice, or in part, is simply done again.
 */
@Injectable()
export class RecordRetention {
  constructor(
    private readonly bounds: RetentionBounds,
    private readonly expired: ExpiredExecutionsRepository,
    private readonly removal: ExecutionRemoval,
    private readonly workflows: RecordedWorkflowsRepository,
    private readonly leases: LeasesRepository,
  ) {}

  /**
   * Deletes all that is to be deleted at `now`. Returns the number of executions, or null when another replica is at it, or `signal` stopped it. Throws what the driver throws, and
   * SERVICE_UNAVAILABLE.
   */
  async sweep(now: number, signal: AbortSignal): Promise<number | null> {
    if (!(await this.#isOurs())) return null;
    const times = await this.bounds.timesAt(now);
    let deleted = 0;
    for await (const workflow of this.workflows.all()) {
      for (const bounds of await this.bounds.of(workflow, times)) {
        const within = await this.#deleteWithin(workflow, bounds, { now, signal });
        if (within === null) return null;
        deleted += within;
      }
      await pause(1_000 / WORKFLOWS_PER_SECOND, signal);
    }
    await this.leases.advance(LEASE, now);
    return deleted;
  }

  /** Milliseconds from when the last sweep that was completed, of whichever replica, began; null before the first. */
  async lag(now: number): Promise<number | null> {
    const position = await this.leases.positionOf(LEASE);
    return position === 0 ? null : Math.max(0, now - position);
  }

  /** Age of the oldest record, to the hour, in milliseconds; 0 without any. Asks whether there are older ones, which the server finds by the index, without sorting. */
  async oldestAge(now: number): Promise<number> {
    const isOlderThan = (hours: number) => this.expired.isOlder(firstIdAt('execution', now - hours * HOUR));
    if (!(await isOlderThan(0))) return 0;
    let [younger, older] = [0, Math.ceil(now / HOUR)];
    while (older - younger > 1) {
      const middle = Math.floor((younger + older) / 2);
      if (await isOlderThan(middle)) younger = middle;
      else older = middle;
    }
    return younger * HOUR;
  }

  async #isOurs(): Promise<boolean> {
    return (await this.leases.acquire(LEASE, Date.now(), LEASE_MS, SWEEP_EVERY_MS)) !== null;
  }

  async #deleteWithin(
    workflow: WorkflowAddress,
    bounds: ExpiredBounds,
    { now, signal }: { readonly now: number; readonly signal: AbortSignal },
  ): Promise<number | null> {
    let deleted = 0;
    for (;;) {
      if (signal.aborted || !(await this.#isOurs())) return null;
      const expired = await this.expired.expired(workflow, bounds, BATCH);
      if (expired.length > 0) await this.removal.remove(workflow.organisationId, expired, now);
      deleted += expired.length;
      if (expired.length < BATCH) return deleted;
      await pause((BATCH * 1_000) / PER_SECOND, signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
