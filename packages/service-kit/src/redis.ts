import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { LOGGER } from './app.js';
import type { HealthCheck } from './health.js';
import type { Logger } from './logging.js';

/** A connection to Redis, for those who only pass it on. */
export type RedisConnection = Redis;

/**
 * Opens a Redis connection that reconnects for ever. A command fails at once while there is none, because everything
 * that Redis does here has a fallback and must not hold up a request.
 */
export function openRedis(options: { url: string; logger: Logger }): Redis {
  const redis = new Redis(options.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 6), 3_000),
  });
  let reported = false;
  redis.on('error', (error: Error) => {
    // One line per outage, not one per attempt.
    if (!reported) options.logger.warn({ err: error }, 'Redis is not reachable');
    reported = true;
  });
  redis.on('ready', () => {
    if (reported) options.logger.info('Redis is connected again');
    reported = false;
  });
  return redis;
}

/** A ping, for /health/ready. */
export function redisCheck(redis: Redis): HealthCheck {
  return async () => {
    if (redis.status !== 'ready') return { up: false, detail: `connection is ${redis.status}` };
    await redis.ping();
    return { up: true };
  };
}

/** Injection token of the connection of a {@link RedisModule}. */
export const REDIS = Symbol('millrace:redis');

/** Provides {@link REDIS} and closes it when the service stops. */
@Module({})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: RedisConnection) {}

  static forRoot({ url }: { url: string }): DynamicModule {
    return {
      module: RedisModule,
      providers: [{ provide: REDIS, inject: [LOGGER], useFactory: (logger: Logger) => openRedis({ url, logger }) }],
      exports: [REDIS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    // Unlike disconnect() alone, this leaves no timer behind.
    await this.redis.quit().catch(() => this.redis.disconnect());
  }
}
