import { NO_OWN_LANES, ownLanesSchema, type MessageLanes, type OwnLanes } from '@millrace/contracts';
import { LayoutRecord, type RecordChange, type RecordServer } from '../layout-record.js';
import type { Logger } from '../logger.js';
import { OWN_LANES_SUBJECT } from '../topology.js';
import { Bursts, type BurstLimits } from './bursts.js';

/**
 * Who has a lane of its own, as this process knows it, and who has a burst, by what it publishes itself. Whoever publishes looks here, and nowhere else: an old copy sends to a
 * lane from which messages are taken still.
 */
export class LaneRegister {
  readonly #record: LayoutRecord<OwnLanes>;
  readonly #listeners = new Set<() => void>();
  readonly #bursts: Bursts;

  constructor(
    server: RecordServer,
    private readonly logger: Logger,
    limits?: BurstLimits,
  ) {
    this.#bursts = new Bursts(limits);
    const kind = { subject: OWN_LANES_SUBJECT, schema: ownLanesSchema, initial: NO_OWN_LANES };
    this.#record = new LayoutRecord(server, kind, this.#applied.bind(this));
  }

  /** As last read. */
  get current(): OwnLanes {
    return this.#record.current;
  }

  /** The subject to which a message of the address is published now; counts it. */
  subject<Address>(lanes: MessageLanes<Address>, address: Address): string {
    const isBurst = this.#bursts.isPartOf(lanes.ownerOf(address), performance.now());
    return lanes.subject(address, this.current, isBurst);
  }

  /** Calls `listener` each time when lanes are lent, or come back. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the record. Throws AppError('SERVICE_UNAVAILABLE'). */
  refresh(): Promise<OwnLanes> {
    return this.#record.refresh();
  }

  /** Changes the record, and returns it as it is then. Throws what `change` throws, and what a publish throws. */
  change(change: RecordChange<OwnLanes>): Promise<OwnLanes> {
    return this.#record.change(change);
  }

  #applied({ lanes }: OwnLanes, before: OwnLanes): void {
    if (JSON.stringify(lanes) === JSON.stringify(before.lanes)) return;
    this.logger.info({ lanes }, 'Other organisations have a lane of their own');
    for (const listener of this.#listeners) listener();
  }
}
