import type { ExecutionEvent, RunRequest } from '@millrace/contracts';
import type { Delivery, Gate } from '@millrace/messaging';
import type { Logger } from '@millrace/service-kit/logging';
import { isoTime, pause, type Clock } from '../clock.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import { claimOf, type Claim, type JournalState } from './claim.js';
import { idsOf } from './ids-of.js';
import type { JournalSubject } from './journal-subject.js';
import { metrics } from './metrics.js';
import type { ReadsOfRuns } from './reads-of-runs.js';
import type { ReusedBeginning } from './reused-results.js';
import { startedEvent } from './started-event.js';
import { SupersededError } from './superseded.error.js';
import type { WakeTimers } from './wake-timers.js';

/** How long, and how often, an executor that was replaced looks whether the other one has ended the execution. */
const FOLLOW_MS = 60_000;
const FOLLOW_INTERVAL_MS = 1_000;

/** Claims that an execution is taken over with. */
export type TakingClaim = Extract<Claim, 'start' | 'resume' | 'wake'>;

/** What claiming executions takes. */
export interface RunClaimsParts {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly readers: Gate;
  readonly reads: Pick<ReadsOfRuns, 'frozen'>;
  readonly timers: WakeTimers;
}

/** Finds out whose turn it is with an execution: opens its journal, says what claims it, and follows who has claimed it instead. */
export class RunClaims {
  constructor(private readonly parts: RunClaimsParts) {}

  /**
   * The latest entry may be large, and after a crash many executions are taken over at once. With the delivery's signal it rejects with the
   * reason of that when the process stops before it is their turn.
   */
  async open(
    { organisation_id }: RunRequest,
    { signal }: Partial<Pick<Delivery, 'signal'>>,
    journal: JournalSubject,
  ): Promise<JournalState> {
    const release = await this.parts.readers.enter(organisation_id, signal);
    try {
      return await journal.open();
    } finally {
      release();
    }
  }

  /** What is to be recorded before an execution is taken over. `program` if it is in memory, `reused` if it begins with results of another one. */
  async eventOf(
    claim: TakingClaim,
    request: RunRequest,
    claims: {
      readonly delivery: number;
      readonly earlier: number;
      readonly reused: ReusedBeginning | null;
      /** Milliseconds since the epoch. */
      readonly now: number;
    },
    program: WorkflowProgram | null,
  ): Promise<ExecutionEvent> {
    const { now } = claims;
    const at = isoTime(now);
    if (claim === 'start') {
      const { frozen } = this.parts.reads;
      const values = (await claims.reused?.frozen()) ?? (await frozen.of(request.organisation_id, program));
      return startedEvent(request, now, values);
    }
    if (claim === 'wake') return { type: 'woken', at, generation: request.generation };
    return { type: 'resumed', at, delivery: claims.delivery, claims: claims.earlier + 1 };
  }

  /**
   * What this run has not appended nobody will see. The message must not be acknowledged while the other executor runs (it
   * may die too), and giving it back would let a third one interrupt that. So the end of that run is awaited, for a time.
   */
  async follow(request: RunRequest, delivery: Pick<Delivery, 'signal'>, journal: JournalSubject): Promise<void> {
    const { logger, clock, timers } = this.parts;
    metrics.fenced();
    logger.warn(idsOf(request), 'Another executor has taken over an execution; it is given up here');
    const patience = clock.now() + FOLLOW_MS;
    for (let asleep = 0; ;) {
      // Whether it was replaced is to be known also when the process stops.
      const found = await this.open(request, {}, journal);
      const claim = claimOf(found, request.generation);
      if (claim === 'pass') return;
      if (claim === 'arm') return timers.arm(request, found.until);
      // Nobody runs it, and the message is to be taken up anew. Seen once, that may be an old copy of the journal.
      const isAsleep = (claim === 'wake' || claim === 'lose') && ++asleep > 1;
      if (isAsleep || delivery.signal.aborted || clock.now() > patience)
        throw new SupersededError(request.execution_id);
      await pause(clock, FOLLOW_INTERVAL_MS);
    }
  }
}
