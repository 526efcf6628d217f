import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { REDIS, redisCheck, type RedisConnection } from '@millrace/service-kit/redis';
import { ServerClock } from '@millrace/service-kit/server-clock';
import { AppModule } from './app.module.js';
import type { SchedulerConfig } from './config.js';
import { Scheduler } from './engine/scheduler.js';
import { manifest } from './manifest.js';

/** The service `scheduler`. `clock` is the time by which schedules are due, in milliseconds since the epoch: that of the NATS server by default. */
export function schedulerService(config: SchedulerConfig, clock?: () => number): ServiceDefinition {
  return {
    name: manifest.name,
    config,
    module: AppModule.forRoot(config, clock),
    transport: natsTransport,
    checks: (app) => ({ schedules: () => app.get(Scheduler).check() }),
    // Shown but not required: without Redis what starts store is charged later, and schedules do not go by the clock of the machine.
    optionalChecks: (app) => ({
      redis: redisCheck(app.get<RedisConnection>(REDIS)),
      clock: () => app.get(ServerClock).check(),
    }),
  };
}
