import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';

/** Injection token of how many organisations may have a lane of their own. */
export const MOST_OWN_LANES = Symbol('executor:most-own-lanes');

/** Lends lanes of the queue to organisations with a backlog, and takes them back. */
@Injectable()
export class LaneKeeper extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(MOST_OWN_LANES) private readonly most: number,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    const lend = {
      name: 'Lending lanes of the queue',
      everyMs: this.bus.lanes.roundMs,
      run: () => this.bus.lanes.tend(this.most),
    };
    return { prepare: { name: 'Preparing', run: () => Promise.resolve() }, tasks: [lend] };
  }
}
