import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { mongoCheck } from '@millrace/service-kit/mongo';
import { AppModule } from './app.module.js';
import { keepOptions, readConfig } from './config.js';
import { DATABASE, type Database } from './database.js';

const config = readConfig();

await runService({
  name: 'history',
  config,
  module: AppModule.forRoot(
    { url: config.MILLRACE_MONGODB_URL, database: config.MILLRACE_MONGODB_DATABASE },
    keepOptions(config),
  ),
  checks: (app) => ({ mongodb: mongoCheck(app.get<Database>(DATABASE)) }),
});
