import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { mongoCheck } from '@millrace/service-kit/mongo';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { Database } from './persistence/database.js';
import { Upkeep } from './upkeep.js';

const config = readConfig();

await runService({
  name: 'definitions',
  config,
  module: AppModule.forRoot(config),
  checks: (app) => ({ mongodb: mongoCheck(app.get(Database).connection), upkeep: () => app.get(Upkeep).check() }),
});
