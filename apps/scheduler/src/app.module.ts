import { Module, type DynamicModule } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { RedisModule } from '@millrace/service-kit/redis';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ServerClock } from '@millrace/service-kit/server-clock';
import { storageQuotaProvider } from '@millrace/service-kit/storage-quota';
import type { SchedulerConfig } from './config.js';
import { CLOCK } from './engine/clock.js';
import { Cursors } from './engine/cursors.js';
import { ExecutionEnds } from './engine/execution-ends.js';
import { Overlap } from './engine/overlap.js';
import { RunningExecutions } from './engine/running-executions.js';
import { ScheduleEvents } from './engine/schedule-events.js';
import { ScheduleInputs } from './engine/schedule-inputs.js';
import { ScheduleStarter } from './engine/schedule-starter.js';
import { ScheduleTable } from './engine/schedule-table.js';
import { Scheduler, STARTS_AT_ONCE } from './engine/scheduler.js';
import { ScheduleWorker } from './engine/schedule-worker.js';
import { Backfills } from './schedules/backfills.js';
import { BackfillsController } from './schedules/backfills.controller.js';
import { NextTimes } from './schedules/next-times.js';
import { ScheduleViews } from './schedules/schedule-views.js';
import { SchedulesController } from './schedules/schedules.controller.js';

/** Wiring of the scheduler. */
@Module({})
export class AppModule {
  /** `clock` is the time by which schedules are due, in milliseconds since the epoch: that of the NATS server by default. */
  static forRoot(config: SchedulerConfig, clock?: () => number): DynamicModule {
    return {
      module: AppModule,
      imports: [RedisModule.forRoot({ url: config.MILLRACE_REDIS_URL })],
      controllers: [SchedulesController, BackfillsController],
      providers: [
        {
          provide: ServerClock,
          inject: [BUS, LOGGER],
          useFactory: (bus: Bus, logger: Logger) => new ServerClock(bus, logger),
        },
        { provide: CLOCK, inject: [ServerClock], useFactory: (server: ServerClock) => clock ?? server.now },
        { provide: STARTS_AT_ONCE, useValue: config.MILLRACE_SCHEDULER_STARTS_AT_ONCE },
        storageQuotaProvider(config.MILLRACE_STORAGE_QUOTA_PERCENT),
        { provide: EventTeller, inject: [BUS], useFactory: (bus: Bus) => new EventTeller(bus) },
        ScheduleEvents,
        Cursors,
        RunningExecutions,
        ExecutionEnds,
        Overlap,
        ScheduleInputs,
        ScheduleStarter,
        ScheduleTable,
        ScheduleWorker,
        Scheduler,
        ScheduleViews,
        NextTimes,
        Backfills,
      ],
    };
  }
}
