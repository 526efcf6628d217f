// A batch consumer of its own process, which ends itself as the kernel would when it meets one execution. Uses the build, as
// services do. Decorators are called by hand, since this is no TypeScript. Arguments: NATS URL, ack_wait in ms, the execution.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JournalEntry } from '@millrace/contracts';
import * as messaging from '../dist/index.js';

const { MessagingModule, MessagingStrategy, OnBatch, OnGivenUp, silentLogger, TOPOLOGY } = messaging;
const [url, ackWait, poison] = process.argv.slice(2);
const topology = {
  ...TOPOLOGY,
  consumers: TOPOLOGY.consumers.map((consumer) => ({ ...consumer, ackWaitMs: Number(ackWait) })),
};

class JournalController {
  project(batch) {
    if (batch.some(({ payload }) => payload.execution_id === poison)) process.kill(process.pid, 'SIGKILL');
    for (const { payload } of batch) process.stdout.write(`done ${payload.execution_id}\n`);
  }

  giveUp(given) {
    process.stdout.write(`given-up ${given.sequence} ${given.subject}\n`);
  }
}
const methodOf = (name) => Object.getOwnPropertyDescriptor(JournalController.prototype, name);
OnBatch(JournalEntry, { group: 'history', maxMessages: 50 })(
  JournalController.prototype,
  'project',
  methodOf('project'),
);
OnGivenUp?.(JournalEntry, { group: 'history' })(JournalController.prototype, 'giveUp', methodOf('giveUp'));
Controller()(JournalController);

class AppModule {}
Module({
  imports: [MessagingModule.forRoot({ url, name: 'history', topology, logger: silentLogger })],
  controllers: [JournalController],
})(AppModule);

const app = await NestFactory.createMicroservice(AppModule, {
  useFactory: (strategy) => ({ strategy }),
  inject: [MessagingStrategy],
  logger: false,
});
await app.listen();
