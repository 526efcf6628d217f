import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { openRedis, type RedisConnection } from '@millrace/service-kit/redis';
import type { WebhookDispatcherConfig } from './config.js';
import { InboundController } from './inbound/inbound.controller.js';
import { InboundService } from './inbound/inbound.service.js';
import { RATE_LIMITER, REDIS } from './rate-limits.tokens.js';

/** Wiring of the webhook dispatcher. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: RedisConnection) {}

  static forRoot(config: WebhookDispatcherConfig): DynamicModule {
    return {
      module: AppModule,
      controllers: [InboundController],
      providers: [
        InboundService,
        {
          provide: REDIS,
          inject: [LOGGER],
          useFactory: (logger: Logger) => openRedis({ url: config.MILLRACE_REDIS_URL, logger }),
        },
        {
          provide: RATE_LIMITER,
          inject: [REDIS],
          useFactory: (redis: RedisConnection) =>
            new RateLimiter(redis, { webhooks: config.MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE }),
        },
      ],
    };
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
