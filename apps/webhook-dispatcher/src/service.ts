import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { Database, mongoCheck } from '@millrace/service-kit/mongo';
import { indexDifferences, makeIndexes } from '@millrace/service-kit/mongo-indexes';
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
    makeIndexes: (app, logger) => makeIndexes(app.get(Database), logger),
    details: async (app) => ({ indexes: await indexDifferences(app.get(Database).connection) }),
    // Shown but not required: without Redis each dispatcher counts calls by itself, without the database events are sent and recorded later.
    optionalChecks: (app) => ({
      redis: redisCheck(app.get<RedisConnection>(REDIS)),
      mongodb: mongoCheck(app.get(Database).connection),
    }),
  };
}
