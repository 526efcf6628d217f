import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ERRORS, JournalEntry } from '@millrace/contracts';
import { BUS, isUnreadable, WrongSequenceError, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { withLinks } from '@millrace/service-kit/child-ledger';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import type { Logger } from '@millrace/service-kit/logging';
import { ExecutionSources, type ExecutionAddress } from '../executions/execution-sources.js';
import type { Finding } from './execution-inspector.js';
import { OpenChildrenReading } from './open-children-reading.js';
import { reconciledExecutions, suspectedExecutions } from './reconciler.metrics.js';

type Lost = Extract<Finding, { kind: 'lost' }>;

/** An execution that was found lost, and has to be found so again. */
interface Sighting {
  readonly sequence: number;
  readonly since: number;
}

/**
 * What is done about executions that nothing will run on. One is ended only when it was found lost twice, some time apart, with the same latest entry; its end names that
 * entry as the one it follows, so that whoever has gone on with it meanwhile makes it impossible.
 */
@Injectable()
export class LostExecutionsService {
  #sightings = new Map<string, Sighting>();
  #seen = new Map<string, Sighting>();

  constructor(
    private readonly asides: JournalAsides,
    private readonly sources: ExecutionSources,
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn' | 'error'>,
  ) {}

  /** What was found before this and is not found again is fine. */
  begin(): void {
    this.#seen = new Map();
  }

  end(): void {
    this.#sightings = this.#seen;
    suspectedExecutions.set(this.#sightings.size);
  }

  /** Puts one that has overslept into the queue: waking it twice is waking it once. Throws STORAGE_FULL, SERVICE_UNAVAILABLE. */
  async wake(address: ExecutionAddress): Promise<void> {
    if (!(await this.asides.wakeSuspended(address))) return;
    reconciledExecutions.inc({ outcome: 'woken' });
    this.logger.warn(fieldsOf(address), 'An execution was woken late: its timer had not come');
  }

  /** Notes one that is lost, and ends it when that is certain. Throws STORAGE_FULL, SERVICE_UNAVAILABLE. */
  async note(address: ExecutionAddress, lost: Lost, now: number, certainAfterMs: number): Promise<void> {
    const before = this.#sightings.get(address.execution_id);
    const isKnown = before?.sequence === lost.sequence;
    const sighting = isKnown ? before : { sequence: lost.sequence, since: now };
    if (!isKnown) this.logger.warn(fieldsOf(address), 'Nothing seems to run an execution on; it is looked at again');
    if (now - sighting.since >= certainAfterMs && isKnown) return this.#fail(address, lost, now);
    this.#seen.set(address.execution_id, sighting);
  }

  async #fail(
    { organisation_id, execution_id }: ExecutionAddress,
    { sequence, generation }: Lost,
    now: number,
  ): Promise<void> {
    const error = { code: 'EXECUTION_LOST', message: ERRORS.EXECUTION_LOST.message };
    const children = await this.#openChildren({ organisation_id, execution_id }, sequence);
    const end = withLinks({ type: 'failed', at: new Date(now).toISOString(), error }, { linked: true, children });
    const entry = {
      ...{ entry_id: `lost:${randomUUID()}`, execution_id, organisation_id, events: [end] },
      ...(generation === 0 ? {} : { generation }),
    };
    try {
      await this.bus.publish(JournalEntry, entry, { expectLastSequence: sequence });
    } catch (failure) {
      // Somebody has gone on with it.
      if (failure instanceof WrongSequenceError) return;
      throw failure;
    }
    reconciledExecutions.inc({ outcome: 'failed' });
    const fields = fieldsOf({ organisation_id, execution_id });
    this.logger.error({ ...fields, code: error.code }, 'An execution is ended: nothing would have run it on');
    // An executor lets those know of the end who wait for it, and cancels those that it waited for.
    await this.asides.queueEnded({ organisation_id, execution_id }, generation + 1);
  }

  /** Those that it has started and waits for, by its entries up to this one. Throws SERVICE_UNAVAILABLE. */
  async #openChildren(address: ExecutionAddress, sequence: number): Promise<readonly string[]> {
    const record = await this.sources.record(address);
    let reading = new OpenChildrenReading();
    const begin = () => (reading = new OpenChildrenReading());
    try {
      await this.sources.readOnce(address, record, begin, { atLeast: sequence });
    } catch (error) {
      // It is ended all the same, and what comes before the entry that cannot be read is known.
      if (!isUnreadable(error)) throw error;
    }
    return reading.open;
  }
}

function fieldsOf({ organisation_id, execution_id }: ExecutionAddress): {
  executionId: string;
  organisationId: string;
} {
  return { executionId: execution_id, organisationId: organisation_id };
}
