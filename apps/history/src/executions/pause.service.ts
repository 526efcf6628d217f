import { Injectable } from '@nestjs/common';
import {
  AppError,
  isEnd,
  isOpenStatus,
  LIMITS,
  type ExecutionEvent,
  type ExecutionResource,
} from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { JournalAsides, type Compose } from '@millrace/service-kit/journal-asides';
import { finished } from './cancel.service.js';
import { ExecutionSources, notFound, requireAddress, type ExecutionAddress } from './execution-sources.js';
import { ExecutionsService } from './executions.service.js';
import { JournalFollower } from './journal-follower.js';
import { ReadGate } from './read-gate.js';

/** Pauses that go on at once; one organisation has half of them. The others wait, as cancels do. */
const AT_ONCE = 8;

/** The question, as {@link PauseExecution} and {@link ResumeExecution} carry it. */
export interface PauseQuestion extends ExecutionAddress {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** Pauses executions, and lets them go on, by entries in their journals that who runs them heeds. See docs/adr/0068-pause.md. */
@Injectable()
export class PauseService {
  readonly #turns = new Gate(AT_ONCE);

  constructor(
    private readonly sources: ExecutionSources,
    private readonly executions: ExecutionsService,
    private readonly gate: ReadGate,
    private readonly asides: JournalAsides,
  ) {}

  /** Throws EXECUTION_NOT_FOUND, EXECUTION_FINISHED, QUOTA_EXCEEDED, STORAGE_FULL and SERVICE_UNAVAILABLE. */
  pause({ by, reason, ...address }: PauseQuestion): Promise<ExecutionResource> {
    const told = { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) };
    return this.#change(address, true, (at) => ({ type: 'paused', at, ...told }));
  }

  /** Wakes it, if it is suspended. Throws the same, but for QUOTA_EXCEEDED: whatever is paused can go on. */
  resume({ by, ...address }: PauseQuestion): Promise<ExecutionResource> {
    return this.#change(address, false, (at) => ({ type: 'unpaused', at, ...(by === undefined ? {} : { by }) }));
  }

  async #change(
    { organisation_id, execution_id }: ExecutionAddress,
    pauses: boolean,
    eventAt: (at: string) => ExecutionEvent,
  ): Promise<ExecutionResource> {
    const address = { organisation_id, execution_id };
    requireAddress(address);
    const leave = await this.#turns.enter(organisation_id);
    let at_least: number;
    try {
      at_least = await this.asides.write(address, this.#compose(address, pauses, eventAt));
    } finally {
      leave();
    }
    return this.executions.get({ ...address, at_least });
  }

  #compose(address: ExecutionAddress, pauses: boolean, eventAt: (at: string) => ExecutionEvent): Compose {
    const journal = new JournalFollower(this.sources, this.gate, address);
    let isPaused = false;
    let count = 0;
    return async (latest) => {
      if (latest === null) throw await this.#whyNot(address);
      const end = latest.payload.events.find(isEnd);
      if (end) throw finished(address.execution_id, end.type);
      const isRead = await journal.readTo(latest, (events) => {
        for (const { type } of events) {
          if (type === 'paused') count++;
          if (type === 'paused' || type === 'unpaused') isPaused = type === 'paused';
        }
      });
      if (!isRead) return 'changed';
      if (isPaused === pauses) return 'done';
      if (pauses && count >= LIMITS.pausesPerExecution) throw pausedTooOften(address.execution_id);
      return { events: [eventAt(new Date().toISOString())], wakes: !pauses };
    };
  }

  /** There is nothing in its journal. */
  async #whyNot(address: ExecutionAddress): Promise<AppError> {
    const { execution_id } = address;
    const { run, failure } = await this.sources.accepted(address);
    if (run) return notBegun(execution_id);
    const stored = await this.sources.stored(address);
    const { record } = stored;
    if (!record) return failure ?? stored.failure ?? notFound(execution_id);
    // One that is open has lost its journal: nothing will ever run it.
    return finished(execution_id, isOpenStatus(record.status) ? 'lost' : record.status);
  }
}

function pausedTooOften(executionId: string): AppError {
  return new AppError('QUOTA_EXCEEDED', {
    message: 'The execution was paused as often as it may be',
    details: { execution_id: executionId, kind: 'pauses', limit: LIMITS.pausesPerExecution },
  });
}

function notBegun(executionId: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message:
      'No executor has begun the execution yet, and only one that has begun can be paused; try again, or cancel it',
    details: { execution_id: executionId },
  });
}
