import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

await runService({ name: 'webhook-dispatcher', config: readConfig(), module: AppModule });
