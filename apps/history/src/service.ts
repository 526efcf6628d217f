import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { Database, mongoCheck } from '@millrace/service-kit/mongo';
import { indexDifferences, makeIndexes } from '@millrace/service-kit/mongo-indexes';
import { AppModule } from './app.module.js';
import { keepOptions, type HistoryConfig } from './config.js';
import { manifest } from './manifest.js';

/** The service `history`. */
export function historyService(config: HistoryConfig): ServiceDefinition {
  return {
    name: manifest.name,
    config,
    module: AppModule.forRoot(
      { url: config.MILLRACE_MONGODB_URL, database: config.MILLRACE_MONGODB_DATABASE },
      keepOptions(config),
      config.MILLRACE_JOURNAL_SHARDS,
    ),
    transport: natsTransport,
    checks: (app) => ({ mongodb: mongoCheck(app.get(Database).connection) }),
    makeIndexes: (app, logger) => makeIndexes(app.get(Database), logger),
    details: async (app) => ({ indexes: await indexDifferences(app.get(Database).connection) }),
  };
}
