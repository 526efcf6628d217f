import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { webhookDispatcherService } from './service.js';

await runService(webhookDispatcherService(readConfig()), process.argv.slice(2));
