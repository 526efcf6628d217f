import type { FactoryProvider } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { REDIS, type RedisConnection } from '../redis.js';
import { KeptBytes } from './kept-bytes.js';
import { StorageQuota } from './storage-quota.js';

/**
 * Provides the {@link StorageQuota} of a service, which begins and ends with it. Without a Redis in its module there is
 * nothing to count with, and no bound.
 */
export function storageQuotaProvider(percent: number): FactoryProvider<StorageQuota> {
  return {
    provide: StorageQuota,
    inject: [BUS, { token: REDIS, optional: true }],
    useFactory: ({ room }: Bus, redis?: RedisConnection) =>
      redis === undefined
        ? new StorageQuota({ charge: () => Promise.resolve(null) }, room, 0)
        : new StorageQuota(new KeptBytes(redis, Date.now), room, percent),
  };
}
