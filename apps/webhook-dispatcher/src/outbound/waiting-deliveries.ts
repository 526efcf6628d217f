import { Inject, Injectable } from '@nestjs/common';
import { AppError, LIMITS } from '@millrace/contracts';
import { CLOCK, type Clock } from './clock.js';
import { EventDeliveriesRepository, type DeliveryAddress } from './event-deliveries.repository.js';

/** For so long a count is gone on with, in milliseconds. */
const COUNTED_MS = 10_000;
/** Of how many subscriptions. */
const COUNTED = 10_000;

export const TOO_MANY_WAIT = `More than ${LIMITS.eventDeliveriesWaiting} deliveries of the subscription wait`;

interface Count {
  readonly until: number;
  waiting: number;
}

/**
 * How many deliveries of each subscription wait for an attempt: each of them is a timer of NATS, in a stream that all organisations share and that
 * must refuse nobody. Counts are from the records, and so a few seconds old.
 */
@Injectable()
export class WaitingDeliveries {
  readonly #counts = new Map<string, Count>();

  constructor(
    private readonly deliveries: EventDeliveriesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether one that is recorded may not wait any longer. While the database is away it may. */
  async isFull(address: DeliveryAddress): Promise<boolean> {
    const { waiting } = await this.#countOf(address);
    return waiting > LIMITS.eventDeliveriesWaiting;
  }

  /** Whether one that is new may not wait. One that may is counted from here on. */
  async isFullForNew(address: DeliveryAddress): Promise<boolean> {
    const count = await this.#countOf(address);
    if (count.waiting >= LIMITS.eventDeliveriesWaiting) return true;
    count.waiting++;
    return false;
  }

  async #countOf(address: DeliveryAddress): Promise<Count> {
    const known = this.#counts.get(address.subscription_id);
    const now = this.clock();
    if (known !== undefined && now < known.until) return known;
    const count = { until: now + COUNTED_MS, waiting: await this.#waiting(address) };
    if (this.#counts.size >= COUNTED) this.#counts.clear();
    this.#counts.set(address.subscription_id, count);
    return count;
  }

  async #waiting(address: DeliveryAddress): Promise<number> {
    try {
      return await this.deliveries.countWaiting(address, LIMITS.eventDeliveriesWaiting + 1);
    } catch (error) {
      if (error instanceof AppError && error.entry.retryable) return 0;
      throw error;
    }
  }
}
