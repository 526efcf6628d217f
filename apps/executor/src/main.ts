import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { loadLateImports } from './late-import.js';
import { executorService } from './service.js';

const config = readConfig();
await loadLateImports();
await runService(executorService(config));
