import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { emailIngestService } from './service.js';

await runService(emailIngestService(readConfig()), process.argv.slice(2));
