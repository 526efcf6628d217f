import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { gatewayService } from './service.js';

await runService(gatewayService(readConfig()), process.argv.slice(2));
