import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { firstIdAt, OPEN_STATUSES } from '@millrace/contracts';
import { RecordedWorkflowsRepository } from '../counts/recorded-workflows.repository.js';
import { KEEP_OPTIONS, type KeepOptions } from '../keep-options.js';
import { LeasesRepository } from '../upkeep/leases.repository.js';
import { ExecutionInspector } from './execution-inspector.js';
import { LostExecutionsService } from './lost-executions.service.js';
import { OpenExecutionsRepository } from './open-executions.repository.js';

/** Executions that are looked at in a second, at most: each costs NATS some reads. */
const PER_SECOND = 100;
/** How long a replica has the work to itself. It is prolonged with every execution. */
const LEASE_MS = 60_000;
/** From one sweep to the next. */
export const SWEEP_EVERY_MS = 10 * 60_000;
const LEASE = 'reconcile';

/**
 * Looks for executions that have not ended and that nothing will run on: what should never be, and would be seen by nobody. One replica at a time, at a bounded rate, as
 * long as it takes. See docs/adr/0084-waits-outlive-the-journal.md.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly workflows: RecordedWorkflowsRepository,
    private readonly open: OpenExecutionsRepository,
    private readonly inspector: ExecutionInspector,
    private readonly lost: LostExecutionsService,
    private readonly leases: LeasesRepository,
    @Inject(KEEP_OPTIONS) private readonly keep: KeepOptions,
  ) {}

  /** Looks at all of them. Returns how many, or null when another replica is at it, or `signal` stopped it. Throws SERVICE_UNAVAILABLE, STORAGE_FULL, and what the driver throws. */
  async sweep(now: number, signal: AbortSignal): Promise<number | null> {
    const { lostAfterMs } = this.keep;
    if (lostAfterMs === null || !(await this.#isOurs())) return null;
    const before = firstIdAt('execution', now - lostAfterMs);
    let looked = 0;
    this.lost.begin();
    for (const organisation_id of await this.#organisations()) {
      for (const status of OPEN_STATUSES) {
        for await (const execution_id of this.open.ids(organisation_id, status, before)) {
          if (signal.aborted || !(await this.#isOurs())) return null;
          await this.#look({ organisation_id, execution_id }, now, lostAfterMs);
          looked++;
          await sleep(1_000 / PER_SECOND, undefined, { signal }).catch(() => undefined);
        }
      }
    }
    this.lost.end();
    return looked;
  }

  async #look(
    address: { organisation_id: string; execution_id: string },
    now: number,
    lostAfterMs: number,
  ): Promise<void> {
    const found = await this.inspector.inspect(address, now, lostAfterMs);
    if (found.kind === 'asleep') await this.lost.wake(address);
    // The time between two sweeps is a part of it.
    if (found.kind === 'lost') await this.lost.note(address, found, now, Math.min(lostAfterMs, 10 * 60_000));
  }

  async #organisations(): Promise<ReadonlySet<string>> {
    const organisations = new Set<string>();
    for await (const { organisationId } of this.workflows.all()) organisations.add(organisationId);
    return organisations;
  }

  async #isOurs(): Promise<boolean> {
    return (await this.leases.acquire(LEASE, Date.now(), LEASE_MS, SWEEP_EVERY_MS)) !== null;
  }
}
