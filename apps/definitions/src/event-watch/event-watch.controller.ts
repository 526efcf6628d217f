import { Controller, Inject } from '@nestjs/common';
import { EventWatchSnapshot, LIMITS, WATCHED_AT_LEAST_MS, WatchEvents } from '@millrace/contracts';
import { BUS, OnRequest, type Bus } from '@millrace/messaging';
import type { z } from 'zod';

/** Makes all services announce the events of an organisation while somebody follows them, whatever its subscriptions are about. */
@Controller()
export class EventWatchController {
  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>) {}

  /** Nothing of it is in the database: who follows says so again before it is over, and a bucket that is lost is written again then. */
  @OnRequest(WatchEvents)
  async watch({
    organisation_id,
  }: z.output<typeof WatchEvents.question>): Promise<z.output<typeof WatchEvents.answer>> {
    const known = await this.bus.snapshots.get(EventWatchSnapshot, { organisation_id });
    // Whoever opens streams in a row, or at several gateways, has it written about once a minute.
    if (known !== null && Date.parse(known.until) - Date.now() > WATCHED_AT_LEAST_MS) return { until: known.until };
    const until = new Date(Date.now() + LIMITS.eventWatchMs).toISOString();
    await this.bus.snapshots.put(EventWatchSnapshot, { organisation_id }, { organisation_id, until });
    return { until };
  }
}
