import type { Redis } from 'ioredis';
import { RedisGate } from '../redis-gate.js';

/** Counts calls in the window of a key, and lets the key expire with it: one round trip, atomic over all processes. */
const COUNT_SCRIPT = `
local count = redis.call('INCRBY', KEYS[1], ARGV[2])
if count == tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

/** ioredis adds the script as a method; its types can't know that. */
interface CountingRedis extends Redis {
  countCalls(key: string, windowMilliseconds: number, calls: number): Promise<number>;
}

/** Calls of one key that are counted together. */
interface Batch {
  calls: number;
  /** No more calls may join. */
  isSent: boolean;
  /** The count with all of them; null while Redis is away. */
  readonly total: Promise<number | null>;
}

/**
 * Counts that all processes share. Calls of a key that come while an earlier one is being counted are counted together:
 * with one round trip each, Redis's replies would come one by one, and all that follows a call would be sent one by one
 * too (measured with 64 callers of one webhook: twice the CPU of all services together).
 */
export class RedisCounter {
  readonly #redis: CountingRedis;
  readonly #gate: RedisGate;
  readonly #latest = new Map<string, Batch>();

  constructor(redis: Redis) {
    redis.defineCommand('countCalls', { numberOfKeys: 1, lua: COUNT_SCRIPT });
    this.#redis = redis as CountingRedis;
    this.#gate = new RedisGate(redis);
  }

  /** Counts one call and returns the count with it, or null while Redis is away. Never rejects. */
  async count(key: string, windowMilliseconds: number): Promise<number | null> {
    const batch = this.#openBatch(key, windowMilliseconds);
    const place = ++batch.calls;
    const total = await batch.total;
    return total === null ? null : total - batch.calls + place;
  }

  /** The count so far, to which nothing is added; null while Redis is away. Never rejects. */
  async countOf(key: string): Promise<number | null> {
    const found = await this.#gate.ask(async () => [await this.#redis.get(key)]);
    return found && Number(found[0] ?? 0);
  }

  #openBatch(key: string, windowMilliseconds: number): Batch {
    const latest = this.#latest.get(key);
    if (latest !== undefined && !latest.isSent) return latest;
    const send = async (): Promise<number | null> => {
      await latest?.total;
      batch.isSent = true;
      const total = await this.#gate.ask(() => this.#redis.countCalls(key, windowMilliseconds, batch.calls));
      if (this.#latest.get(key) === batch) this.#latest.delete(key);
      return total;
    };
    const batch: Batch = { calls: 0, isSent: false, total: Promise.resolve().then(send) };
    this.#latest.set(key, batch);
    return batch;
  }
}
