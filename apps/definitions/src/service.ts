import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { Database, mongoCheck } from '@millrace/service-kit/mongo';
import { indexDifferences, makeIndexes } from '@millrace/service-kit/mongo-indexes';
import { AppModule } from './app.module.js';
import type { DefinitionsConfig } from './config.js';
import { manifest } from './manifest.js';
import { Upkeep } from './upkeep.js';

/** The service `definitions`. */
export function definitionsService(config: DefinitionsConfig): ServiceDefinition {
  return {
    name: manifest.name,
    config,
    module: AppModule.forRoot(config),
    transport: natsTransport,
    checks: (app) => ({ mongodb: mongoCheck(app.get(Database).connection), upkeep: () => app.get(Upkeep).check() }),
    makeIndexes: (app, logger) => makeIndexes(app.get(Database), logger),
    details: async (app) => ({ indexes: await indexDifferences(app.get(Database).connection) }),
  };
}
