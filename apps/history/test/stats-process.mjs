// History in a process of its own, which ends itself as the kernel would at one of the writes by which ended executions are counted. Uses
// the build, as services do. Arguments: NATS URL, MongoDB URL, database, and the moment: `before` or `after`, and one of WRITES.
import 'reflect-metadata';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { configSchema } from '../dist/config.js';
import { historyService } from '../dist/service.js';
import { CountedEndsRepository } from '../dist/stats/counted-ends.repository.js';
import { StatsRepository } from '../dist/stats/stats.repository.js';
import { LeasesRepository } from '../dist/upkeep/leases.repository.js';

const WRITES = {
  figures: [StatsRepository, 'add'],
  noted: [CountedEndsRepository, 'add'],
  position: [LeasesRepository, 'advance'],
};
const [nats, url, database, moment, write] = process.argv.slice(2);
const [{ prototype }, name] = WRITES[write];
const original = prototype[name];
const die = () => process.kill(process.pid, 'SIGKILL');
prototype[name] = async function (...args) {
  const ours = write !== 'position' || args[0] === 'execution_stats';
  if (ours && moment === 'before') die();
  const result = await original.apply(this, args);
  if (ours) die();
  return result;
};

const config = configSchema.parse({
  MILLRACE_NATS_URL: nats,
  MILLRACE_MONGODB_URL: url,
  MILLRACE_MONGODB_DATABASE: database,
  MILLRACE_HEALTH_PORT: 9,
  MILLRACE_ACK_WAIT_SECONDS: 3,
});
const app = await createService(historyService(config), { logger: silentLogger() });
await app.listen();
