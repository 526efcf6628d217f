import { Module, type DynamicModule } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { KeyShares } from '@millrace/service-kit/key-shares';
import type { Logger } from '@millrace/service-kit/logging';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { REDIS, RedisModule, type RedisConnection } from '@millrace/service-kit/redis';
import { storageQuotaProvider } from '@millrace/service-kit/storage-quota';
import { Keyring, SecretReader, SecretUses } from '@millrace/service-kit/sealing';
import type { WebhookDispatcherConfig } from './config.js';
import { Deliveries } from './inbound/deliveries.js';
import { InboundController } from './inbound/inbound.controller.js';
import { InboundService } from './inbound/inbound.service.js';
import { RATE_LIMITER } from './rate-limits.tokens.js';

/** Wiring of the webhook dispatcher. */
@Module({})
export class AppModule {
  /** `clock` is the time by which calls are counted, in milliseconds since the epoch. */
  static forRoot(config: WebhookDispatcherConfig, clock: () => number = Date.now): DynamicModule {
    const limits = { webhooks: config.MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE };
    return {
      module: AppModule,
      imports: [RedisModule.forRoot({ url: config.MILLRACE_REDIS_URL })],
      controllers: [InboundController],
      providers: [
        InboundService,
        KeyShares,
        {
          provide: Deliveries,
          inject: [BUS, KeyShares],
          useFactory: (bus: Bus, shares: KeyShares) => new Deliveries(bus, shares),
        },
        storageQuotaProvider(config.MILLRACE_STORAGE_QUOTA_PERCENT),
        {
          provide: SecretUses,
          inject: [LOGGER, BUS],
          useFactory: (logger: Logger, bus: Bus) =>
            new SecretUses(logger, bus, config.MILLRACE_SECRET_USE_SECONDS * 1_000),
        },
        {
          provide: SecretReader,
          inject: [BUS, SecretUses],
          useFactory: (bus: Bus, uses: SecretUses) =>
            new SecretReader(bus, new Keyring(config.MILLRACE_MASTER_KEYS_FILE), uses),
        },
        {
          provide: RATE_LIMITER,
          inject: [REDIS],
          useFactory: (redis: RedisConnection) => new RateLimiter(redis, limits, clock),
        },
      ],
    };
  }
}
