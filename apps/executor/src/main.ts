import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { createLogger } from '@millrace/service-kit/logging';
import { readConfig } from './config.js';
import { loadLateImports } from './late-import.js';
import { manifest } from './manifest.js';
import { executorService } from './service.js';

const config = readConfig();
await runService(executorService(config));
await loadLateImports();
createLogger({ service: manifest.name, level: config.MILLRACE_LOG_LEVEL }).debug('All modules are loaded');
