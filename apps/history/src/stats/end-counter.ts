import { Inject, Injectable } from '@nestjs/common';
import { ExecutionFinished, isExecutionEnd, JournalEntry, type FinishedExecution } from '@millrace/contracts';
import { BUS, type Bus, type StoredMessage } from '@millrace/messaging';
import { LeasesRepository } from '../upkeep/leases.repository.js';
import { CountedEndsRepository, type PlacedEnd } from './counted-ends.repository.js';
import { StatsRepository, type AnnouncedEnd } from './stats.repository.js';

/** Announcements that are counted together. */
const BATCH = 500;

/** How long a replica has the work to itself; longer than a batch takes. */
const LEASE_MS = 10_000;

/** The name of the lease. */
const LEASE = 'execution_stats';

type CountedEnd = AnnouncedEnd & PlacedEnd;

/**
 * Counts executions that have ended, each once. It follows their announcements, so writing records costs nothing more. One replica
 * does it at a time. First the figures are written, each document with the announcement up to which it is complete; then what is
 * counted is noted, and then how far this has come: what was cut short between any two writes is done again and changes nothing.
 */
@Injectable()
export class EndCounter {
  constructor(
    private readonly leases: LeasesRepository,
    private readonly stats: StatsRepository,
    private readonly counted: CountedEndsRepository,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** Counts the next announcements; returns how many, 0 when there are no more for now. Throws when NATS or MongoDB is away. */
  async countBatch(now: number): Promise<number> {
    const lease = await this.leases.acquire(LEASE, now, LEASE_MS);
    if (lease === null) return 0;
    const announced = await this.bus.readFrom(ExecutionFinished, lease.position + 1, BATCH);
    const upto = announced.at(-1)?.sequence;
    if (upto === undefined) return 0;
    const ends = (await Promise.all(announced.map((one) => this.#endOf(one)))).filter((end) => end !== null);
    const first = await this.counted.firstOnes(ends);
    // Another replica was faster somewhere, whose lease had run out; the next round sees what it has written.
    if (!(await this.stats.add(first, upto))) return 0;
    await this.counted.add(ends, upto, new Date(now));
    await this.leases.advance(LEASE, upto);
    return announced.length;
  }

  async #endOf({ payload, sequence }: StoredMessage<FinishedExecution>): Promise<CountedEnd | null> {
    const { status, workflow_id, organisation_id, started_at, duration_ms, journal_sequence, test } = payload;
    const acceptedAt = Date.parse(started_at);
    if (!isExecutionEnd(status) || Number.isNaN(acceptedAt) || test === true) return null;
    return {
      sequence,
      organisationId: organisation_id,
      workflowId: workflow_id,
      end: status,
      acceptedAt,
      durationMs: duration_ms,
      stream: await this.bus.streamOf(JournalEntry, payload),
      journalSequence: journal_sequence,
    };
  }
}
