import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { mongoCheck } from '@millrace/service-kit/mongo';
import { AppModule } from './app.module.js';
import { keepOptions, type HistoryConfig } from './config.js';
import { DATABASE, type Database } from './database.js';

/** The service `history`. */
export function historyService(config: HistoryConfig): ServiceDefinition {
  return {
    name: 'history',
    config,
    module: AppModule.forRoot(
      { url: config.MILLRACE_MONGODB_URL, database: config.MILLRACE_MONGODB_DATABASE },
      keepOptions(config),
    ),
    transport: natsTransport,
    checks: (app) => ({ mongodb: mongoCheck(app.get<Database>(DATABASE)) }),
  };
}
