// An executor for tests that kill it: the build's own service. Its argument is JSON: the settings, the time to acknowledge, and other
// times of the topology.
// A message to it is replied to with the most memory that it has had, in kilobytes.
import 'reflect-metadata';
import { TOPOLOGY } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { configSchema } from '../dist/config.js';
import { executorService } from '../dist/service.js';

const { settings, ackWaitMs, times } = JSON.parse(process.argv[2] ?? '');
const config = configSchema.parse(settings);
const app = await createService(executorService(config), {
  logger: silentLogger(),
  messaging: {
    ackWaitMs,
    topology: { ...TOPOLOGY, ...times },
  },
});
// Kilobytes.
process.on('message', () => process.send?.(process.resourceUsage().maxRSS));

await app.listen();
process.stdout.write('ready\n');
