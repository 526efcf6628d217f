import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { ExecutorModule } from './app.module.js';
import { readConfig } from './config.js';

const config = readConfig();
await runService({ name: 'executor', config, module: ExecutorModule.forRoot(config) });
