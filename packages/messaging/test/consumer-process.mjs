// A consumer of its own process, to be killed: takes one run and never finishes it. Uses the build, as services do.
// Decorators are called by hand, since this is no TypeScript. Arguments: NATS URL, ack_wait in ms.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RunRequested } from '@millrace/contracts';
import { MessagingModule, MessagingStrategy, OnMessage, silentLogger, TOPOLOGY } from '../dist/index.js';

const [url, ackWait] = process.argv.slice(2);
const topology = {
  ...TOPOLOGY,
  consumers: TOPOLOGY.consumers.map((consumer) => ({ ...consumer, ackWaitMs: Number(ackWait) })),
};

class RunsController {
  run(run) {
    process.stdout.write(`${run.execution_id}\n`);
    return new Promise(() => {});
  }
}
const decorate = OnMessage(RunRequested, { group: 'executor', concurrency: 4 });
decorate(RunsController.prototype, 'run', Object.getOwnPropertyDescriptor(RunsController.prototype, 'run'));
Controller()(RunsController);

class AppModule {}
Module({
  imports: [MessagingModule.forRoot({ url, name: 'runner', topology, logger: silentLogger })],
  controllers: [RunsController],
})(AppModule);

const app = await NestFactory.createMicroservice(AppModule, {
  useFactory: (strategy) => ({ strategy }),
  inject: [MessagingStrategy],
  logger: false,
});
await app.listen();
