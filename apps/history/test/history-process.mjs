// History in a process of its own, which ends itself as the kernel would whenever it parses a text with the marker: as one that is too
// much for its memory would end it. Uses the build, as services do. Arguments: NATS URL, MongoDB URL, database, ack_wait in ms, marker.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MessagingModule, MessagingStrategy, silentLogger, TOPOLOGY } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { AppModule } from '../dist/app.module.js';

const [nats, url, database, ackWait, marker] = process.argv.slice(2);
const topology = {
  ...TOPOLOGY,
  consumers: TOPOLOGY.consumers.map((consumer) => ({ ...consumer, ackWaitMs: Number(ackWait) })),
};
const parse = JSON.parse;
JSON.parse = (text, reviver) => {
  if (String(text).includes(marker)) process.kill(process.pid, 'SIGKILL');
  return parse(text, reviver);
};

class Root {}
class LoggerModule {}
const logger = { ...silentLogger, trace: () => {}, fatal: () => {} };
const root = {
  module: Root,
  imports: [
    MessagingModule.forRoot({ url: nats, name: 'history', topology, logger }),
    { module: LoggerModule, global: true, providers: [{ provide: LOGGER, useValue: logger }], exports: [LOGGER] },
    AppModule.forRoot({ url, database }, { journalFinishedMs: 0, recordsMs: null }),
  ],
};
const app = await NestFactory.createMicroservice(root, {
  inject: [MessagingStrategy],
  useFactory: (strategy) => ({ strategy }),
  logger: false,
});
await app.listen();
