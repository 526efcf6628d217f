import type { FactoryProvider } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LocalRateLimiter, RateLimiter } from '@millrace/service-kit/rate-limits';
import { REDIS, type RedisConnection } from '@millrace/service-kit/redis';
import { StartShares, type StartCounter } from './start-shares.js';

/** Counts together with all gateways with Redis, and for this executor without. */
export function startSharesProvider(perMinute: number): FactoryProvider<StartShares> {
  return {
    provide: StartShares,
    inject: [BUS, { token: REDIS, optional: true }],
    useFactory: (bus: Bus, redis?: RedisConnection) => {
      const local = new LocalRateLimiter('executions', perMinute);
      const counter: StartCounter =
        redis === undefined
          ? { count: (_, caller, own) => Promise.resolve(local.count(caller, own)) }
          : new RateLimiter(redis, { executions: perMinute });
      return new StartShares(counter, bus);
    },
  };
}
