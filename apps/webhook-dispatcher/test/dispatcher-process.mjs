// A dispatcher for tests of its memory: the build's own service, in a process with a heap of its own. Its argument is the settings as JSON.
import 'reflect-metadata';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { configSchema } from '../dist/config.js';
import { webhookDispatcherService } from '../dist/service.js';

const config = configSchema.parse(JSON.parse(process.argv[2] ?? ''));
const app = await createService(webhookDispatcherService(config), { logger: silentLogger() });
await app.listen();
process.stdout.write('ready\n');
