import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { CLOCK, type Clock } from './clock.js';
import { EventDeliveriesRepository, type DeliveryAddress } from './event-deliveries.repository.js';
import { EventEndpointsRepository } from './event-endpoints.repository.js';
import { Subscriptions } from './subscriptions.js';

const PRUNE_MS = 60 * 60 * 1_000;
const PAGE = 200;
const GONE_MS = 60 * 1_000;
/** Subscriptions that one round looks at, and of how many it forgets the deliveries: the next one goes on behind them. */
const LOOKED_AT = 2_000;
const FORGOTTEN = 50;

/** What is done for the records of deliveries without being asked. Nothing that comes in waits for it. */
@Injectable()
export class OutboundUpkeep extends UpkeepLoop {
  /** Up to where the last round has looked for subscriptions that are deleted. */
  #lookedUpTo = '';

  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: Database,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly endpoints: EventEndpointsRepository,
    private readonly subscriptions: Subscriptions,
  ) {
    super(logger);
  }

  /** Forgets old deliveries, and those of subscriptions that are gone. */
  async prune(stopping: AbortSignal): Promise<void> {
    await this.deliveries.prune(this.clock());
    let page = await this.endpoints.walk('', PAGE);
    while (page.length > 0 && !stopping.aborted) {
      for (const { _id: subscription_id, organisation_id } of page) {
        const isGone = (await this.subscriptions.find(organisation_id, subscription_id)) === undefined;
        const address = { organisation_id, subscription_id };
        if (isGone) await this.#forget(address);
        else await this.deliveries.pruneOf(address, LIMITS.eventDeliveriesKept);
      }
      page = await this.endpoints.walk(page.at(-1)?._id ?? '', PAGE);
    }
  }

  /** Forgets the deliveries of some of the subscriptions that are deleted: what nobody can list takes no room. */
  async forgetDeleted(stopping: AbortSignal): Promise<void> {
    let forgotten = 0;
    const some = await this.endpoints.walk(this.#lookedUpTo, LOOKED_AT);
    for (const { _id: subscription_id, organisation_id } of some) {
      if (stopping.aborted || forgotten === FORGOTTEN) return;
      if (await this.subscriptions.isDeleted(organisation_id, subscription_id)) {
        await this.#forget({ organisation_id, subscription_id });
        forgotten++;
      }
      this.#lookedUpTo = subscription_id;
    }
    if (some.length < LOOKED_AT) this.#lookedUpTo = '';
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Preparing the database', run: (stopping) => this.#prepare(stopping) },
      tasks: [
        { name: 'Forgetting old deliveries', everyMs: PRUNE_MS, run: (stopping) => this.prune(stopping) },
        {
          name: 'Forgetting deliveries of deleted subscriptions',
          everyMs: GONE_MS,
          run: (stopping) => this.forgetDeleted(stopping),
        },
      ],
    };
  }

  async #forget(address: DeliveryAddress): Promise<void> {
    await this.deliveries.forget(address);
    await this.endpoints.delete(address.subscription_id);
  }

  async #prepare(stopping: AbortSignal): Promise<void> {
    await this.database.waitUntilConnected(stopping);
    await this.database.run(async () => undefined);
    for (const { model } of [this.deliveries, this.endpoints]) await model.createIndexes();
  }
}
