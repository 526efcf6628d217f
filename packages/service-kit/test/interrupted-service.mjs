// A service whose module is made once its connection to NATS is lost, so that all that it asks NATS for from then on fails. Arguments: NATS URL, health port.
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineRequest } from '@millrace/contracts';
import { BUS, OnRequest } from '@millrace/messaging';
import { z } from 'zod';
import { LOGGER, natsTransport, runService } from '../dist/app.js';

const [url, port] = process.argv.slice(2);

const Ask = defineRequest({ subject: 'interrupted.ask', question: z.object({}), answer: z.object({}) });

class Asked {
  ask() {
    return {};
  }
}
OnRequest(Ask)(Asked.prototype, 'ask', Object.getOwnPropertyDescriptor(Asked.prototype, 'ask'));

class InterruptedModule {}

const interruption = {
  provide: 'interruption',
  inject: [BUS, LOGGER],
  useFactory: async (bus, logger) => {
    logger.info('ready for the interruption');
    while (bus.status().connected) await sleep(10);
  },
};

await runService({
  name: 'interrupted',
  config: {
    MILLRACE_NATS_URL: url,
    MILLRACE_LOG_LEVEL: 'info',
    MILLRACE_HEALTH_PORT: Number(port),
    MILLRACE_HEALTH_HOST: '127.0.0.1',
    MILLRACE_SHUTDOWN_GRACE_SECONDS: 60,
    MILLRACE_ACK_WAIT_SECONDS: 30,
    MILLRACE_NATS_REPLICAS: 1,
    MILLRACE_NATS_MONITOR_URL: [],
    MILLRACE_DATA_DIRS: [],
    MILLRACE_STORAGE_RESERVE_PERCENT: 10,
  },
  module: { module: InterruptedModule, controllers: [Asked], providers: [interruption] },
  transport: natsTransport,
});
