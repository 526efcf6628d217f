import { Controller, Inject } from '@nestjs/common';
import { SetStarts, StartsSnapshot, type Starts } from '@millrace/contracts';
import { BUS, OnRequest, type Bus } from '@millrace/messaging';
import type { z } from 'zod';

/** Pauses all starts of the installation, and lets them go on. */
@Controller()
export class StartsController {
  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>) {}

  /** Nothing of it is in the database, which may be what starts are paused for. Doing it again changes nothing but the reason. */
  @OnRequest(SetStarts)
  async set({ paused, reason }: z.output<typeof SetStarts.question>): Promise<Starts> {
    const known = await this.bus.snapshots.get(StartsSnapshot, undefined);
    const isSo = (known?.paused ?? false) === paused;
    const starts = { paused, since: isSo && known ? known.since : new Date().toISOString(), reason };
    await this.bus.snapshots.put(StartsSnapshot, undefined, starts);
    return starts;
  }
}
