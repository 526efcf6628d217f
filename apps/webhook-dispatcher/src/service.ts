import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { REDIS, redisCheck, type RedisConnection } from '@millrace/service-kit/redis';
import { AppModule } from './app.module.js';
import type { WebhookDispatcherConfig } from './config.js';
import { manifest } from './manifest.js';

/** The service `webhook-dispatcher`. `clock` is the time by which calls are counted, in milliseconds since the epoch. */
export function webhookDispatcherService(config: WebhookDispatcherConfig, clock?: () => number): ServiceDefinition {
  return {
    name: manifest.name,
    config,
    module: AppModule.forRoot(config, clock),
    transport: natsTransport,
    // Redis is shown but not required: without it each dispatcher counts calls by itself.
    optionalChecks: (app) => ({ redis: redisCheck(app.get<RedisConnection>(REDIS)) }),
  };
}
