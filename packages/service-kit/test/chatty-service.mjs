// A service that does nothing but log, for tests of what becomes of lines that cannot be written. Arguments: NATS URL, health port.
import 'reflect-metadata';
import { LOGGER, natsTransport, runService } from '../dist/app.js';

const [url, port] = process.argv.slice(2);

class Chatter {}

const chatter = {
  provide: 'chatter',
  inject: [LOGGER],
  useFactory: (logger) =>
    setInterval(() => {
      for (let line = 0; line < 20; line++) logger.info({ padding: 'x'.repeat(500) }, 'one of many');
      process.stderr.write('written by a library\n');
      process.stdout.write('written by a library\n');
      process.emitWarning('of Node itself');
    }, 10),
};

await runService({
  name: 'chatty',
  config: {
    MILLRACE_NATS_URL: url,
    MILLRACE_LOG_LEVEL: 'info',
    MILLRACE_HEALTH_PORT: Number(port),
    MILLRACE_HEALTH_HOST: '127.0.0.1',
    MILLRACE_SHUTDOWN_GRACE_SECONDS: 5,
    MILLRACE_NATS_MONITOR_URL: [],
    MILLRACE_DATA_DIRS: [],
    MILLRACE_STORAGE_RESERVE_PERCENT: 10,
  },
  module: { module: Chatter, providers: [chatter] },
  transport: natsTransport,
});
