import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { historyService } from './service.js';

await runService(historyService(readConfig()), process.argv.slice(2));
