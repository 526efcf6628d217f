import type { FactoryProvider } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '../app.js';
import type { Logger } from '../logging.js';
import { REDIS, type RedisConnection } from '../redis.js';
import { KeptBytes } from './kept-bytes.js';
import { StorageQuota } from './storage-quota.js';

/**
 * Provides the {@link StorageQuota} of a service, which begins and ends with it. Without a Redis in its module there is
 * nothing to count with, and no bound, which is logged.
 */
export function storageQuotaProvider(percent: number): FactoryProvider<StorageQuota> {
  return {
    provide: StorageQuota,
    inject: [BUS, LOGGER, { token: REDIS, optional: true }],
    useFactory: ({ room }: Bus, logger: Logger, redis?: RedisConnection) => {
      if (redis !== undefined) return new StorageQuota(new KeptBytes(redis, Date.now), room, percent);
      if (percent > 0)
        logger.warn('Without MILLRACE_REDIS_URL nothing bounds what the running executions of an organisation store');
      return new StorageQuota({ charge: () => Promise.resolve(null) }, room, 0);
    },
  };
}
