import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { schedulerService } from './service.js';

await runService(schedulerService(readConfig()), process.argv.slice(2));
