import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { definitionsService } from './service.js';

await runService(definitionsService(readConfig()), process.argv.slice(2));
