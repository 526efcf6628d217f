import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { Database, mongoCheck } from '@millrace/service-kit/mongo';
import { indexDifferences, makeIndexes } from '@millrace/service-kit/mongo-indexes';
import { REDIS, redisCheck, type RedisConnection } from '@millrace/service-kit/redis';
import { ServerClock } from '@millrace/service-kit/server-clock';
import { AppModule } from './app.module.js';
import type { EmailIngestConfig } from './config.js';
import { manifest } from './manifest.js';
import { Upkeep } from './upkeep.js';

/** The service `email-ingest`. */
export function emailIngestService(config: EmailIngestConfig): ServiceDefinition {
  return {
    name: manifest.name,
    config,
    module: AppModule.forRoot(config),
    transport: natsTransport,
    checks: (app) => ({ mongodb: mongoCheck(app.get(Database).connection), upkeep: () => app.get(Upkeep).check() }),
    makeIndexes: (app, logger) => makeIndexes(app.get(Database), logger),
    details: async (app) => ({ indexes: await indexDifferences(app.get(Database).connection) }),
    // Shown but not required: Redis only counts what organisations have stored, and leases do not go by the clock of the machine.
    optionalChecks: (app) => ({
      redis: redisCheck(app.get<RedisConnection>(REDIS)),
      clock: () => app.get(ServerClock).check(),
    }),
  };
}
