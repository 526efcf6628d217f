import { Inject, Injectable } from '@nestjs/common';
import { idTime, RecordWorkflowRuns } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { CountsRepository, type LastStart } from '../counts/counts.repository.js';
import { LeasesRepository } from '../upkeep/leases.repository.js';

/** Workflows in one report. */
const BATCH = 1_000;
const LEASE = 'run_report';
const LEASE_MS = 10_000;
/** Clocks of replicas may differ by so much, and a write may have been on its way for so long, before its workflow is missed. */
const OVERLAP_MS = 30_000;

/** Reports to `definitions` when workflows last ran, so that it can list them in that order. One replica does it at a time. */
@Injectable()
export class RunReporter {
  /** What was reported in the last round: it need not be said again. */
  #reported: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly counts: CountsRepository,
    private readonly leases: LeasesRepository,
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
  ) {}

  /** Reports what has run since the last report; returns of how many workflows. Throws when MongoDB is away, and SERVICE_UNAVAILABLE. */
  async report(now: number): Promise<number> {
    const lease = await this.leases.acquire(LEASE, now, LEASE_MS);
    if (lease === null) return 0;
    const reported = new Map<string, string>();
    let batch: LastStart[] = [];
    let count = 0;
    const send = async (): Promise<void> => {
      if (batch.length > 0) await this.bus.request(RecordWorkflowRuns, { runs: batch.map(runOf) });
      count += batch.length;
      batch = [];
    };
    for await (const start of this.counts.lastStarts(new Date(Math.max(0, lease.position - OVERLAP_MS)))) {
      if (start.last === undefined || start.last <= (reported.get(start.wf) ?? '')) continue;
      reported.set(start.wf, start.last);
      if (this.#reported.get(start.wf) === start.last) continue;
      batch.push(start);
      if (batch.length === BATCH) await send();
    }
    await send();
    this.#reported = reported;
    await this.leases.advance(LEASE, now);
    return count;
  }
}

function runOf({ org, wf, last = '' }: LastStart): {
  organisation_id: string;
  workflow_id: string;
  accepted_at: string;
} {
  return { organisation_id: org, workflow_id: wf, accepted_at: new Date(idTime(last) ?? 0).toISOString() };
}
