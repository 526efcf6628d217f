import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  isEnd,
  JournalEntry,
  LIMITS,
  type ExecutionEvent,
  type ExecutionResource,
} from '@millrace/contracts';
import { BUS, Gate, type Bus } from '@millrace/messaging';
import { JournalAsides, type Compose } from '@millrace/service-kit/journal-asides';
import { finished } from './cancel.service.js';
import { ExecutionSources, notFound, requireAddress, type ExecutionAddress } from './execution-sources.js';
import { ExecutionsService } from './executions.service.js';
import { JournalFollower } from './journal-follower.js';
import { ReadGate } from './read-gate.js';
import { payloadBytes, SignalLedger } from './signal-ledger.js';

/** Signals that are written at once; one organisation has half of them. */
const AT_ONCE = 8;
/** So often, and so many milliseconds apart, it is looked whether an executor has begun the execution. */
const LOOKS_FOR_BEGINNING = 40;
const LOOK_INTERVAL_MS = 25;

/** The question, as {@link SignalExecution} carries it. */
export interface SignalQuestion extends ExecutionAddress {
  readonly signal_name: string;
  readonly signal_id: string;
  readonly payload?: unknown;
  readonly by?: string | undefined;
}

/** Writes signals into the journals of executions, each once. See docs/adr/0069-asides-that-wake.md. */
@Injectable()
export class SignalsService {
  readonly #turns = new Gate(AT_ONCE);

  constructor(
    private readonly sources: ExecutionSources,
    private readonly executions: ExecutionsService,
    private readonly gate: ReadGate,
    private readonly asides: JournalAsides,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /**
   * Returns the execution once its journal has the signal. Throws EXECUTION_NOT_FOUND; EXECUTION_FINISHED; SIGNALS_FULL; INPUT_LOST; STORAGE_FULL; SERVICE_UNAVAILABLE,
   * also while the execution waits in the queue for its first executor.
   */
  async send(question: SignalQuestion): Promise<ExecutionResource> {
    requireAddress(question);
    const { organisation_id, execution_id } = question;
    const address = { organisation_id, execution_id };
    await this.#untilBegun(address);
    const leave = await this.#turns.enter(organisation_id);
    let at_least: number;
    try {
      at_least = await this.asides.write(address, this.#composer(question));
    } finally {
      leave();
    }
    return this.executions.get({ ...address, at_least });
  }

  #composer(question: SignalQuestion): Compose {
    const ledger = new SignalLedger();
    const { organisation_id, execution_id } = question;
    const journal = new JournalFollower(this.sources, this.gate, { organisation_id, execution_id });
    return async (latest) => {
      if (latest === null) throw notBegun(question.execution_id);
      if (!(await journal.readTo(latest, (events) => ledger.add(events)))) return 'changed';
      // Before anything refuses it: what was sent may have been what the execution ended by.
      if (ledger.has(question.signal_id)) return 'done';
      const end = latest.payload.events.find(isEnd);
      if (end) throw finished(question.execution_id, end.type);
      const limit = ledger.limitFor(payloadBytes(question.payload));
      if (limit !== null) throw full(question.execution_id, limit);
      return { events: [eventOf(question)], wakes: ledger.isAwaited(question.signal_name) };
    };
  }

  /** The beginning of an execution is its executor's to write: it fixes what the execution reads. */
  async #untilBegun(address: ExecutionAddress): Promise<void> {
    const { organisation_id, execution_id } = address;
    const sequence = (): Promise<number> =>
      this.gate.run(organisation_id, () => this.bus.lastSequence(JournalEntry, address, { confirmNone: true }));
    for (let look = 1; (await sequence()) === 0; look++) {
      if (look > LOOKS_FOR_BEGINNING) throw notBegun(execution_id);
      const accepted = await this.sources.accepted(address);
      if (accepted.run) {
        await sleep(LOOK_INTERVAL_MS);
        continue;
      }
      // Claimed between the two looks: then it is in the journal.
      if ((await sequence()) > 0) return;
      const stored = await this.sources.stored(address);
      // Its journal has aged out.
      if (stored.record) return;
      throw accepted.failure ?? stored.failure ?? notFound(execution_id);
    }
  }
}

function eventOf({ signal_name, signal_id, payload, by }: SignalQuestion): ExecutionEvent {
  return {
    type: 'signal_received',
    at: new Date().toISOString(),
    signal: signal_name,
    signal_id,
    ...(by === undefined ? {} : { by }),
    ...(payload === undefined ? {} : { data: payload }),
  };
}

function full(executionId: string, limit: keyof typeof LIMITS): AppError {
  return new AppError('SIGNALS_FULL', { details: { execution_id: executionId, limit, value: LIMITS[limit] } });
}

function notBegun(executionId: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The execution waits for an executor and cannot be sent signals before it has begun; try again',
    details: { execution_id: executionId },
  });
}
