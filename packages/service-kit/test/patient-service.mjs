// A service that is done with a message once it gets SIGUSR2. It has the name of `definitions`, whose only message it takes, and a question of its own.
// Arguments: NATS URL, health port, where traces go, token of profiles.
import 'reflect-metadata';
import { once } from 'node:events';
import { CreditsNoted, defineRequest } from '@millrace/contracts';
import { OnMessage, OnRequest } from '@millrace/messaging';
import { z } from 'zod';
import { LOGGER, natsTransport, runService } from '../dist/app.js';

const [url, port, tracesTo, token] = process.argv.slice(2);

const Ask = defineRequest({ subject: 'patient.ask', question: z.object({}), answer: z.object({}) });

let logger;

class Patient {
  async note() {
    logger.info('a message is worked on');
    await once(process, 'SIGUSR2');
  }

  ask() {
    logger.info('a question is replied to');
    return {};
  }
}
const decorate = (decorator, name) =>
  decorator(Patient.prototype, name, Object.getOwnPropertyDescriptor(Patient.prototype, name));
decorate(OnMessage(CreditsNoted, { group: 'definitions', concurrency: 1 }), 'note');
decorate(OnRequest(Ask), 'ask');

class PatientModule {}

await runService({
  name: 'definitions',
  config: {
    MILLRACE_NATS_URL: url,
    MILLRACE_LOG_LEVEL: 'info',
    MILLRACE_HEALTH_PORT: Number(port),
    MILLRACE_HEALTH_HOST: '127.0.0.1',
    MILLRACE_SHUTDOWN_GRACE_SECONDS: 60,
    MILLRACE_ACK_WAIT_SECONDS: 17,
    MILLRACE_NATS_REPLICAS: 1,
    MILLRACE_NATS_MONITOR_URL: [],
    MILLRACE_DATA_DIRS: [],
    MILLRACE_STORAGE_RESERVE_PERCENT: 10,
    MILLRACE_PROFILE_TOKEN: token,
    MILLRACE_OTLP_ENDPOINT: tracesTo,
    MILLRACE_TRACE_RATIO: 1,
  },
  module: {
    module: PatientModule,
    controllers: [Patient],
    providers: [{ provide: 'the logger of its handlers', inject: [LOGGER], useFactory: (given) => (logger = given) }],
  },
  transport: natsTransport,
});
