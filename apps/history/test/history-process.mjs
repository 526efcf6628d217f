// History in a process of its own, which ends itself as the kernel would whenever it parses a text with the marker: as one that is too
// much for its memory would end it. Uses the build, as services do. Arguments: NATS URL, MongoDB URL, database, ack_wait in ms, marker.
import 'reflect-metadata';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { configSchema } from '../dist/config.js';
import { historyService } from '../dist/service.js';

const [nats, url, database, ackWait, marker] = process.argv.slice(2);
const config = configSchema.parse({
  MILLRACE_NATS_URL: nats,
  MILLRACE_MONGODB_URL: url,
  MILLRACE_MONGODB_DATABASE: database,
  MILLRACE_HEALTH_PORT: 9,
  MILLRACE_JOURNAL_KEEP_FINISHED_MINUTES: 0,
  MILLRACE_HISTORY_RETENTION_DAYS: 0,
});
const parse = JSON.parse;
JSON.parse = (text, reviver) => {
  if (String(text).includes(marker)) process.kill(process.pid, 'SIGKILL');
  return parse(text, reviver);
};

const app = await createService(historyService(config), {
  logger: silentLogger(),
  messaging: { ackWaitMs: Number(ackWait) },
});
await app.listen();
