import type { Redis } from 'ioredis';
import { counter } from '../metrics.js';
import { LocalWindows } from './local-windows.js';
import { RATE_LIMITS, type RateLimitKind, type RateLimitState } from './policies.js';
import { RedisCounter } from './redis-counter.js';

const localCounts = counter(
  'millrace_rate_limit_local_total',
  'Calls counted by this process alone because Redis was away',
);

const refusals = counter('millrace_rate_limited_total', 'Calls above a limit', ['kind']);

/**
 * Fixed windows, aligned to the clock, counted in Redis. Without Redis each process counts for itself: the limit then
 * holds per process, which is never no limit and never an outage.
 */
export class RateLimiter<Kind extends RateLimitKind> {
  readonly #shared: RedisCounter;
  readonly #local = new LocalWindows();

  /** `limits`: calls that are allowed in a window. `now`: the clock, in milliseconds since the epoch. */
  constructor(
    redis: Redis,
    private readonly limits: Readonly<Record<Kind, number>>,
    private readonly now: () => number = Date.now,
  ) {
    this.#shared = new RedisCounter(redis);
  }

  /** Counts one call of an organisation and returns the state of its limit, `own` or the default. Never rejects. */
  async count(kind: Kind, organisationId: string, own?: number): Promise<RateLimitState> {
    const window = windowAt(kind, this.now());
    const key = `rate:${kind}:${organisationId}:${window.number}`;
    let count = await this.#shared.count(key, window.milliseconds);
    if (count === null) {
      localCounts.inc();
      count = this.#local.count(key, window.resetAt * 1000);
    }
    return stateOf(kind, usable(own) ?? this.limits[kind], count, window.resetAt);
  }

  /** The state that the organisation's next call would lead to; counts nothing. Never rejects. */
  async next(kind: Kind, organisationId: string, own?: number): Promise<RateLimitState> {
    const window = windowAt(kind, this.now());
    const key = `rate:${kind}:${organisationId}:${window.number}`;
    const count = (await this.#shared.countOf(key)) ?? this.#local.countOf(key);
    return stateOf(kind, usable(own) ?? this.limits[kind], count + 1, window.resetAt);
  }
}

/** Windows of this process alone: for unauthenticated callers, so that a flood of them reaches no other server. */
export class LocalRateLimiter {
  readonly #windows = new LocalWindows();

  constructor(
    private readonly kind: RateLimitKind,
    private readonly limit: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts one call and returns the state of the caller's limit, `own` or the default. */
  count(caller: string, own?: number): RateLimitState {
    const { number, resetAt } = windowAt(this.kind, this.now());
    const count = this.#windows.count(`${caller}:${number}`, resetAt * 1000);
    return stateOf(this.kind, usable(own) ?? this.limit, count, resetAt);
  }

  /** The state that the caller's next call would lead to; counts nothing. */
  next(caller: string): RateLimitState {
    const { number, resetAt } = windowAt(this.kind, this.now());
    return stateOf(this.kind, this.limit, this.#windows.countOf(`${caller}:${number}`) + 1, resetAt);
  }
}

/** A limit is a positive number: nothing else may ever mean that there is none. */
function usable(limit: number | undefined): number | undefined {
  return limit !== undefined && Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
}

function windowAt(
  kind: RateLimitKind,
  nowMilliseconds: number,
): { number: number; milliseconds: number; resetAt: number } {
  const { windowSeconds } = RATE_LIMITS[kind];
  const number = Math.floor(nowMilliseconds / 1000 / windowSeconds);
  return { number, milliseconds: windowSeconds * 1000, resetAt: (number + 1) * windowSeconds };
}

function stateOf(kind: RateLimitKind, limit: number, count: number, resetAt: number): RateLimitState {
  if (count > limit) refusals.inc({ kind });
  return { kind, limit, remaining: Math.max(0, limit - count), resetAt, exceeded: count > limit };
}
