// An executor for tests that kill it: the build's own service, with a short time to acknowledge. Arguments: NATS URL, ack wait,
// and other times of the topology as JSON.
// A message to it is answered with the most memory that it has had, in kilobytes.
import 'reflect-metadata';
import { TOPOLOGY } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { configSchema } from '../dist/config.js';
import { executorService } from '../dist/service.js';

const [url, ackWait, times = '{}'] = process.argv.slice(2);
const config = configSchema.parse({
  MILLRACE_NATS_URL: url,
  MILLRACE_HEALTH_PORT: 9,
  MILLRACE_EXECUTOR_CONCURRENCY: 16,
  MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
});
const app = await createService(executorService(config), {
  logger: silentLogger(),
  messaging: {
    ackWaitMs: Number(ackWait),
    topology: { ...TOPOLOGY, .../** @type {object} */ (JSON.parse(times)) },
  },
});
// Kilobytes.
process.on('message', () => process.send?.(process.resourceUsage().maxRSS));

await app.listen();
process.stdout.write('ready\n');
