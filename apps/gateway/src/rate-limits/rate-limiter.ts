import type { Redis } from 'ioredis';
import { counter } from '@millrace/service-kit/metrics';
import type { GatewayConfig } from '../config.js';
import { LocalWindows } from './local-windows.js';
import { RATE_LIMITS, type RateLimitKind, type RateLimitState } from './policies.js';

/** Counts one call in the window of a key, and lets the key expire with it: one round trip, atomic over all gateways. */
const COUNT_SCRIPT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

/** ioredis adds the script as a method; its types can't know that. */
interface CountingRedis extends Redis {
  countCall(key: string, windowMilliseconds: number): Promise<number>;
}

const localCounts = counter(
  'millrace_rate_limit_local_total',
  'Calls counted by this gateway alone because Redis was away',
);

/**
 * Fixed windows, aligned to the clock, counted in Redis. Without Redis each gateway counts for itself: the limit then
 * holds per gateway, which is never no limit and never an outage.
 */
export class RateLimiter {
  private readonly redis: CountingRedis;
  private readonly local = new LocalWindows();

  constructor(
    redis: Redis,
    private readonly config: GatewayConfig,
  ) {
    redis.defineCommand('countCall', { numberOfKeys: 1, lua: COUNT_SCRIPT });
    this.redis = redis as CountingRedis;
  }

  /** Counts one call of an organisation and tells where it stands. Never rejects. */
  async count(kind: RateLimitKind, organisationId: string, nowMilliseconds = Date.now()): Promise<RateLimitState> {
    const { windowSeconds, setting } = RATE_LIMITS[kind];
    const limit = this.config[setting];
    const window = Math.floor(nowMilliseconds / 1000 / windowSeconds);
    const resetAt = (window + 1) * windowSeconds;
    const key = `rate:${kind}:${organisationId}:${window}`;
    const count = await this.countIn(key, windowSeconds * 1000, resetAt * 1000);
    return { kind, limit, remaining: Math.max(0, limit - count), resetAt, exceeded: count > limit };
  }

  private async countIn(key: string, windowMilliseconds: number, endsAt: number): Promise<number> {
    if (this.redis.status === 'ready') {
      try {
        return await this.redis.countCall(key, windowMilliseconds);
      } catch {
        // Falls through: the connection went away in between, or Redis did not answer in time.
      }
    }
    localCounts.inc();
    return this.local.count(key, endsAt);
  }
}
