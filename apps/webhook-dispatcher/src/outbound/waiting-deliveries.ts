import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError, LIMITS } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CLOCK, type Clock } from './clock.js';
import { EventDeliveriesRepository, type DeliveryAddress } from './event-deliveries.repository.js';

/** For so long a count is gone on with, in milliseconds. */
const COUNTED_MS = 10_000;
/** Of how many subscriptions: of others that were used less lately, it begins anew. */
const COUNTED = 10_000;
/** A subscription of which no attempt fails is not counted until so many can wait: one in this many of the limit. */
const UNCOUNTED_SHARE = 20;
/** Time between two deliveries that are let in although too many wait, in milliseconds. */
const TRIAL_MS = 10_000;
/** How many are counted at the same time: the others go on with what is known of them. */
const AT_ONCE = 8;

export const TOO_MANY_WAIT = `${LIMITS.eventDeliveriesWaiting} deliveries of the subscription wait for an attempt`;

interface Count {
  until: number;
  counted: number;
  /** Let in since the count began, some of which are in it. */
  since: number;
  /** Whether the last attempt that this process has made was taken. */
  isTaking: boolean;
  /** While too many wait, one is let in from then on, to see whether the endpoint takes events again. */
  nextTrial: number;
}

/**
 * How many deliveries of each subscription wait for an attempt: each of them is a timer of NATS, in a stream that all organisations share and that
 * must refuse nobody. Counts are from the records, and so a few seconds old; nothing waits for one, and while the database is away all may wait. One
 * whose endpoint takes what it is sent costs a count only once in some hundreds of deliveries. What waits may do so for a day: once the endpoint takes
 * events again, new ones are let in whatever waits, since these do not.
 */
@Injectable()
export class WaitingDeliveries {
  readonly #counts = new LRUCache<string, Count>({ max: COUNTED });
  #counting = 0;

  constructor(
    private readonly deliveries: EventDeliveriesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Notes that the endpoint has taken one. */
  noteTaken(address: DeliveryAddress): void {
    this.#countOf(address).isTaking = true;
  }

  /** Whether one that is recorded, and of which an attempt has failed, may not wait any longer: then it ends. */
  isFull(address: DeliveryAddress): boolean {
    const count = this.#countOf(address);
    count.isTaking = false;
    this.#renewWhenOld(address, count);
    if (count.counted <= LIMITS.eventDeliveriesWaiting) return false;
    count.counted--;
    return true;
  }

  /** Whether one that is new may not wait. One that may is counted from here on. */
  isFullForNew(address: DeliveryAddress): boolean {
    const limit = LIMITS.eventDeliveriesWaiting;
    const count = this.#countOf(address);
    const waiting = count.counted + count.since;
    if (waiting >= Math.floor(limit / UNCOUNTED_SHARE)) this.#renewWhenOld(address, count);
    if (waiting >= limit && !count.isTaking && !this.#isTrial(count)) return true;
    count.since++;
    return false;
  }

  /** One in a while: where it fails as well it ends, since too many wait. */
  #isTrial(count: Count): boolean {
    const now = this.clock();
    if (now < count.nextTrial) return false;
    count.nextTrial = now + TRIAL_MS;
    return true;
  }

  #countOf({ subscription_id }: DeliveryAddress): Count {
    const known = this.#counts.get(subscription_id);
    if (known !== undefined) return known;
    const count = { until: 0, counted: 0, since: 0, isTaking: false, nextTrial: this.clock() + TRIAL_MS };
    this.#counts.set(subscription_id, count);
    return count;
  }

  #renewWhenOld(address: DeliveryAddress, count: Count): void {
    const now = this.clock();
    if (now < count.until || this.#counting >= AT_ONCE) return;
    count.until = now + COUNTED_MS;
    void this.#renew(address, count);
  }

  async #renew(address: DeliveryAddress, count: Count): Promise<void> {
    this.#counting++;
    const before = count.since;
    try {
      count.counted = await this.deliveries.countWaiting(address, 2 * LIMITS.eventDeliveriesWaiting);
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
