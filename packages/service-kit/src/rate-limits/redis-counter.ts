import type { Redis } from 'ioredis';
import { RedisGate } from '../redis-gate.js';

/** Counts one call in the window of a key, and lets the key expire with it: one round trip, atomic over all processes. */
const COUNT_SCRIPT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

/** ioredis adds the script as a method; its types can't know that. */
interface CountingRedis extends Redis {
  countCall(key: string, windowMilliseconds: number): Promise<number>;
}

/** Counts that all processes share. */
export class RedisCounter {
  private readonly redis: CountingRedis;
  private readonly gate: RedisGate;

  constructor(redis: Redis) {
    redis.defineCommand('countCall', { numberOfKeys: 1, lua: COUNT_SCRIPT });
    this.redis = redis as CountingRedis;
    this.gate = new RedisGate(redis);
  }

  /** Counts one call and returns the count, or null while Redis is away. Never rejects. */
  count(key: string, windowMilliseconds: number): Promise<number | null> {
    return this.gate.ask(() => this.redis.countCall(key, windowMilliseconds));
  }
}
