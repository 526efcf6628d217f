import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { firstIdAt, LIMITS, RunRequested } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ApprovalsRepository } from '../approvals/approvals.repository.js';
import { CountsRepository } from '../counts/counts.repository.js';
import { ExecutionsRepository } from '../executions/executions.repository.js';
import { KEEP_OPTIONS, type KeepOptions } from '../keep-options.js';
import { LeasesRepository } from '../upkeep/leases.repository.js';
import { ExpiredExecutionsRepository, type ExpiredBounds } from './expired-executions.repository.js';
import { expiredRecords } from './retention.metrics.js';
import type { RetentionPolicy } from './retention-policy.js';
import { WorkflowPolicies, type WorkflowAddress } from './workflow-policies.service.js';

/** Records that are deleted together. */
const BATCH = 500;
/** Executions whose files are looked for at once. */
const FILES_AT_ONCE = 20;
/** Records that are deleted in a second, at most: writing new ones has the database for itself, but for this. */
const PER_SECOND = 2_000;
/** Workflows that are looked at in a second, at most. */
const WORKFLOWS_PER_SECOND = 500;
/** How long a replica has the work to itself; longer than a batch takes. */
const LEASE_MS = 60_000;
const LEASE = 'record_retention';
const DAY = 24 * 60 * 60_000;
/** Of what has ended so lately, entries may still be delivered again. A number of executions takes effect after it. */
const SETTLED_MS = 60 * 60_000;

/** A sweep under way. */
interface Sweep {
  /** When it began, or is to have begun. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Executions that ended before it are not in the queue any more. */
  readonly queueSince: number;
}

/**
 * Deletes the records of finished executions that are older than they are kept, or more, with everything that is stored of them. Workflow by workflow, since each may
 * have its own setting; in small batches and at a bounded rate; one replica at a time. A batch that is done twice, or in part, is simply done again.
 */
@Injectable()
export class RecordRetention {
  constructor(
    private readonly expired: ExpiredExecutionsRepository,
    private readonly executions: ExecutionsRepository,
    private readonly approvals: ApprovalsRepository,
    private readonly counts: CountsRepository,
    private readonly policies: WorkflowPolicies,
    private readonly leases: LeasesRepository,
    @Inject(KEEP_OPTIONS) private readonly keep: KeepOptions,
    @Inject(BUS) private readonly bus: Pick<Bus, 'files' | 'oldestAt'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'info'>,
  ) {}

  /**
   * Deletes all that is to be deleted at `now`. Returns the number of executions, or null when another replica is at it, or `signal` stopped it. Throws what the driver throws, and
   * SERVICE_UNAVAILABLE.
   */
  async sweep(now: number, signal: AbortSignal): Promise<number | null> {
    if (!(await this.#isOurs())) return null;
    // A message of an execution may come again as long as it is in the queue. By its record it is known that it has ended, when its journal does not say so any more.
    const queueSince = (await this.bus.oldestAt(RunRequested))?.getTime() ?? now;
    const sweep = { now, signal, queueSince };
    let deleted = 0;
    for await (const workflow of this.counts.workflows()) {
      const ofWorkflow = await this.#sweepWorkflow(workflow, sweep);
      if (ofWorkflow === null) return null;
      deleted += ofWorkflow;
      await pause(1_000 / WORKFLOWS_PER_SECOND, signal);
    }
    await this.leases.advance(LEASE, now);
    if (deleted > 0) this.logger.info({ executions: deleted }, 'Deleted executions that are not kept any longer');
    return deleted;
  }

  /** Milliseconds from when the last sweep that was completed, of whichever replica, began; null before the first. */
  async lag(now: number): Promise<number | null> {
    const position = await this.leases.positionOf(LEASE);
    return position === 0 ? null : Math.max(0, now - position);
  }

  /** Age of the oldest record, to the hour, in milliseconds; 0 without any. Asks whether there are older ones, which the server answers by the index, without sorting. */
  async oldestAge(now: number): Promise<number> {
    const hour = 60 * 60_000;
    let [younger, older] = [0, Math.ceil(now / hour)];
    if (!(await this.expired.isOlder(firstIdAt('execution', now)))) return 0;
    while (older - younger > 1) {
      const middle = Math.floor((younger + older) / 2);
      if (await this.expired.isOlder(firstIdAt('execution', now - middle * hour))) younger = middle;
      else older = middle;
    }
    return younger * hour;
  }

  async #isOurs(): Promise<boolean> {
    return (await this.leases.acquire(LEASE, Date.now(), LEASE_MS)) !== null;
  }

  async #sweepWorkflow(workflow: WorkflowAddress, sweep: Sweep): Promise<number | null> {
    const policy = await this.policies.of(workflow);
    let deleted = 0;
    for (const bounds of await this.#boundsOf(workflow, policy, sweep)) {
      for (let found = BATCH; found === BATCH;) {
        if (sweep.signal.aborted || !(await this.#isOurs())) return null;
        const ids = await this.expired.expired(workflow, bounds, BATCH);
        await this.#delete(workflow.organisationId, ids, sweep.now);
        found = ids.length;
        deleted += found;
        if (found > 0) await pause((found * 1_000) / PER_SECOND, sweep.signal);
      }
    }
    return deleted;
  }

  async #boundsOf(
    workflow: WorkflowAddress,
    { days, count }: RetentionPolicy,
    { now, queueSince }: Sweep,
  ): Promise<readonly ExpiredBounds[]> {
    const bounds: ExpiredBounds[] = [];
    const ageMs = days === null ? this.keep.recordsMs : days * DAY;
    if (ageMs !== null) {
      const before = firstIdAt('execution', now - ageMs);
      bounds.push({ before, endedBefore: new Date(Math.min(now - ageMs, queueSince)) });
    }
    const before = count === null ? null : await this.expired.oldestOfNewest(workflow, count);
    const settled = now - SETTLED_MS - this.keep.journalFinishedMs;
    if (before !== null) bounds.push({ before, endedBefore: new Date(Math.min(settled, queueSince)) });
    return bounds;
  }

  async #delete(organisationId: string, ids: readonly string[], now: number): Promise<void> {
    // Before the records, by which they are found. Those of older executions are gone by themselves.
    const youngest = firstIdAt('execution', now - LIMITS.fileMs);
    const withFiles = ids.filter((id) => id >= youngest);
    for (let from = 0; from < withFiles.length; from += FILES_AT_ONCE)
      await Promise.all(withFiles.slice(from, from + FILES_AT_ONCE).map((id) => this.#removeFiles(organisationId, id)));
    await this.approvals.deleteOf(ids);
    await this.executions.delete(ids);
    expiredRecords.inc(ids.length);
  }

  async #removeFiles(organisationId: string, executionId: string): Promise<void> {
    for (const { id } of await this.bus.files.list(organisationId, executionId))
      await this.bus.files.remove(organisationId, id);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
