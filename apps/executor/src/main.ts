import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { executorService } from './service.js';

await runService(executorService(readConfig()));
