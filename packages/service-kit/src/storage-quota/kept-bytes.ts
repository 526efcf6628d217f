import { LIMITS } from '@millrace/contracts';
import type { Redis } from 'ioredis';
import { RedisGate } from '../redis-gate.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** A day longer than it counts, so that the clocks of processes may differ. */
const EXPIRES_SECONDS = ((LIMITS.storageQuotaDays + 1) * DAY_MS) / 1_000;

/**
 * Adds bytes to the day's field of an organisation's hash, and returns the sum of all days that count; those that do no longer
 * are removed. So an organisation has one key with at most as many fields as there are days.
 */
const CHARGE_SCRIPT = `
local day = tonumber(ARGV[1])
if ARGV[2] ~= '0' then
  redis.call('HINCRBY', KEYS[1], day, ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[4])
end
local sum = 0
local days = redis.call('HGETALL', KEYS[1])
for index = 1, #days, 2 do
  if tonumber(days[index]) <= day - tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], days[index])
  else sum = sum + tonumber(days[index + 1]) end
end
return sum`;

/** ioredis adds the script as a method; its types can't know that. */
interface ChargingRedis extends Redis {
  chargeBytes(key: string, day: number, bytes: number, days: number, expiresSeconds: number): Promise<number>;
}

/** Bytes that organisations have had stored in the last `LIMITS.storageQuotaDays` days, counted over all processes. */
export class KeptBytes {
  readonly #redis: ChargingRedis;
  readonly #gate: RedisGate;

  constructor(
    redis: Redis,
    private readonly now: () => number,
  ) {
    redis.defineCommand('chargeBytes', { numberOfKeys: 1, lua: CHARGE_SCRIPT });
    this.#redis = redis as ChargingRedis;
    this.#gate = new RedisGate(redis);
  }

  /** Adds bytes (or 0) and returns the sum, or null while Redis is away. Never rejects. */
  charge(organisationId: string, bytes: number): Promise<number | null> {
    const day = Math.floor(this.now() / DAY_MS);
    const key = `storage:${organisationId}`;
    return this.#gate.ask(() => this.#redis.chargeBytes(key, day, bytes, LIMITS.storageQuotaDays, EXPIRES_SECONDS));
  }
}
