// An executor for tests that kill it: the build's own module, with a short time to acknowledge. Arguments: NATS URL, ack wait.
// A message to it is answered with the most memory that it has had, in kilobytes.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MessagingModule, MessagingStrategy, silentLogger, TOPOLOGY } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { ExecutorModule } from '../dist/app.module.js';
import { ownConfigSchema } from '../dist/config.js';

const [url, ackWait] = process.argv.slice(2);
const topology = {
  ...TOPOLOGY,
  consumers: TOPOLOGY.consumers.map((consumer) => ({ ...consumer, ackWaitMs: Number(ackWait) })),
};

class Root {}
class LoggerModule {}

const app = await NestFactory.createMicroservice(
  {
    module: Root,
    imports: [
      MessagingModule.forRoot({ url, name: 'executor', logger: silentLogger, topology }),
      {
        module: LoggerModule,
        global: true,
        providers: [{ provide: LOGGER, useValue: silentLogger }],
        exports: [LOGGER],
      },
      ExecutorModule.forRoot(
        ownConfigSchema.parse({ MILLRACE_EXECUTOR_CONCURRENCY: 16, MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1' }),
      ),
    ],
  },
  { inject: [MessagingStrategy], useFactory: (strategy) => ({ strategy }), logger: false, abortOnError: false },
);
// Kilobytes.
process.on('message', () => process.send?.(process.resourceUsage().maxRSS));

await app.listen();
process.stdout.write('ready\n');
