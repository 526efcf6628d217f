import { Inject, Injectable } from '@nestjs/common';
import { AppError, LIMITS } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CLOCK, type Clock } from './clock.js';
import { EventDeliveriesRepository, type DeliveryAddress } from './event-deliveries.repository.js';

/** For so long a count is gone on with, in milliseconds. */
const COUNTED_MS = 10_000;
/** Of how many subscriptions. */
const COUNTED = 10_000;
/** How many are counted at the same time: the others go on with what is known of them. */
const AT_ONCE = 8;

export const TOO_MANY_WAIT = `${LIMITS.eventDeliveriesWaiting} deliveries of the subscription wait for an attempt`;

interface Count {
  until: number;
  counted: number;
  /** Let in since the count began, some of which are in it. */
  since: number;
}

/**
 * How many deliveries of each subscription wait for an attempt: each of them is a timer of NATS, in a stream that all organisations share and that
 * must refuse nobody. Counts are from the records, and so a few seconds old; nothing waits for one, and while the database is away all may wait.
 */
@Injectable()
export class WaitingDeliveries {
  readonly #counts = new Map<string, Count>();
  #counting = 0;

  constructor(
    private readonly deliveries: EventDeliveriesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whether one that is recorded may not wait any longer. */
  isFull(address: DeliveryAddress): boolean {
    return this.#countOf(address).counted > LIMITS.eventDeliveriesWaiting;
  }

  /** Whether one that is new may not wait. One that may is counted from here on. */
  isFullForNew(address: DeliveryAddress): boolean {
    const count = this.#countOf(address);
    if (count.counted + count.since >= LIMITS.eventDeliveriesWaiting) return true;
    count.since++;
    return false;
  }

  /** The count at this moment. Throws SERVICE_UNAVAILABLE. */
  async isFullNow(address: DeliveryAddress): Promise<boolean> {
    const limit = LIMITS.eventDeliveriesWaiting;
    return (await this.deliveries.countWaiting(address, limit)) >= limit;
  }

  #countOf(address: DeliveryAddress): Count {
    const { subscription_id } = address;
    const count = this.#counts.get(subscription_id) ?? { until: 0, counted: 0, since: 0 };
    if (this.#counts.size >= COUNTED && !this.#counts.has(subscription_id)) this.#counts.clear();
    this.#counts.set(subscription_id, count);
    const now = this.clock();
    if (now < count.until || this.#counting >= AT_ONCE) return count;
    count.until = now + COUNTED_MS;
    void this.#renew(address, count);
    return count;
  }

  async #renew(address: DeliveryAddress, count: Count): Promise<void> {
    this.#counting++;
    const before = count.since;
    try {
      count.counted = await this.deliveries.countWaiting(address, LIMITS.eventDeliveriesWaiting + 1);
      count.since -= before;
    } catch (error) {
      [count.counted, count.since] = [0, 0];
      if (!(error instanceof AppError))
        this.logger.error({ error, ...address }, 'Waiting deliveries cannot be counted');
    } finally {
      this.#counting--;
    }
  }
}
