import type { Redis } from 'ioredis';

/** Between two probes of a Redis that did not respond, in milliseconds. */
const PROBE_MS = 1_000;

/**
 * Keeps a Redis that is connected but does not respond from holding up each request for the time-out of a command: after
 * the first command that fails nothing is asked any more, until a probe in the background has got its reply.
 */
export class RedisGate {
  #probing = false;

  constructor(private readonly redis: Redis) {}

  /** The answer of a command; null, and at once, while Redis is away or silent. Never rejects. */
  async ask<Answer>(command: () => Promise<Answer>): Promise<Answer | null> {
    if (this.#probing || this.redis.status !== 'ready') return null;
    try {
      return await command();
    } catch {
      // The connection went away in between, or Redis did not respond in time.
      this.#probe();
      return null;
    }
  }

  #probe(): void {
    if (this.#probing) return;
    this.#probing = true;
    const again = (): void => void setTimeout(() => void attempt(), PROBE_MS).unref();
    const attempt = async (): Promise<void> => {
      // Closed for good by its owner: nothing uses it any more.
      if (this.redis.status === 'end') return;
      try {
        if (this.redis.status !== 'ready') return again();
        await this.redis.ping();
        this.#probing = false;
      } catch {
        // A connection whose other side is gone without a word never replies again: a fresh one may.
        if (this.redis.status === 'ready') this.redis.disconnect(true);
        again();
      }
    };
    void attempt();
  }
}
