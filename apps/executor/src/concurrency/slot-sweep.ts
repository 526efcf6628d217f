import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import type { Logger } from '@millrace/service-kit/logging';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { ConcurrencySlots } from './concurrency-slots.js';

/** Each executor looks through so many records so often. */
const RECORDS = 50;
const EVERY_MS = 60_000;

/** Takes slots out of records that nobody has given back, and so in time the records whose keys never come again. */
@Injectable()
export class SlotSweep extends UpkeepLoop {
  readonly #slots: ConcurrencySlots;
  #after = 0;

  constructor(@Inject(LOGGER) logger: Logger, @Inject(BUS) bus: Bus) {
    super(logger);
    this.#slots = new ConcurrencySlots(bus, new JournalAsides(bus, logger));
  }

  protected override plan(): UpkeepPlan {
    const sweep = { name: 'Releasing slots that nobody has given back', everyMs: EVERY_MS, run: () => this.sweep() };
    return { prepare: { name: 'Preparing', run: () => Promise.resolve() }, tasks: [sweep] };
  }

  /** Looks through the next records. */
  async sweep(): Promise<void> {
    this.#after = await this.#slots.sweep(this.#after, RECORDS);
  }
}
