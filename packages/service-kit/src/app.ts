import type { DynamicModule, INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { BUS, MessagingModule, MessagingStrategy, type Bus } from '@millrace/messaging';
import type { Config, baseConfigShape } from './config.js';
import { connecting, HealthServer, type HealthCheck } from './health.js';
import { createLogger, NestLogger, type Logger } from './logging.js';
import { startDefaultMetrics } from './metrics.js';
import { stopOnSignal } from './shutdown.js';
import { StorageGuard } from './storage-guard.js';
import { startWatchdog } from './watchdog.js';

/** Injection token of the process's logger. */
export const LOGGER = Symbol('millrace:logger');

/** A service without public HTTP: its work comes over NATS. */
export interface ServiceOptions {
  /** Its name in topology.ts, in logs, metrics and on the NATS server. */
  readonly name: string;
  readonly config: Config<typeof baseConfigShape>;
  readonly module: Type<unknown> | DynamicModule;
  /** Checks of the service's further dependencies, by name; NATS is always checked. */
  readonly checks?: (app: INestMicroservice) => Readonly<Record<string, HealthCheck>>;
  /** Checks that are shown but do not decide readiness, because the service has a way to do without. */
  readonly optionalChecks?: (app: INestMicroservice) => Readonly<Record<string, HealthCheck>>;
}

/**
 * Runs a service until it is signalled to stop: logger, metrics and health port first, so that a service which waits for a
 * dependency already says so; then NATS, then the module, then its handlers. On SIGTERM it stops in reverse.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { name, config } = options;
  const logger = createLogger({ service: name, level: config.MILLRACE_LOG_LEVEL });
  const graceSeconds = config.MILLRACE_SHUTDOWN_GRACE_SECONDS;
  startDefaultMetrics(name);
  startWatchdog(logger);

  const checks: Record<string, HealthCheck> = { service: () => ({ up: false, detail: 'starting' }), nats: connecting };
  const optional = ['storage'];
  const health = new HealthServer(name, checks, optional);
  await health.listen(config.MILLRACE_HEALTH_PORT, config.MILLRACE_HEALTH_HOST);

  let app: INestMicroservice | undefined;
  stopOnSignal({
    logger,
    graceSeconds,
    stop: async () => {
      health.markStopping();
      await app?.close();
      await health.close();
    },
  });

  try {
    app = await createService(options, logger);
    const bus = app.get<Bus>(BUS);
    const guard = new StorageGuard(bus, config, logger);
    await guard.start();
    const extras = options.optionalChecks?.(app) ?? {};
    optional.push(...Object.keys(extras));
    Object.assign(checks, { nats: guard.natsCheck, storage: guard.check }, options.checks?.(app), extras);
    await app.listen();
  } catch (error) {
    // Everything that may come up later has been waited for: this is a defect or a set-up that waiting does not fix.
    logger.fatal({ err: error }, `${name} can't start`);
    process.exit(1);
  }
  delete checks.service;
  logger.info({ healthPort: config.MILLRACE_HEALTH_PORT }, `${name} is running`);
}

function createService({ name, config, module }: ServiceOptions, logger: Logger): Promise<INestMicroservice> {
  return NestFactory.createMicroservice<AsyncMicroserviceOptions>(
    {
      module: ServiceRoot,
      imports: [
        MessagingModule.forRoot({
          url: config.MILLRACE_NATS_URL,
          name,
          logger,
          ackWaitMs: config.MILLRACE_ACK_WAIT_SECONDS * 1000,
          shutdown: { graceMs: config.MILLRACE_SHUTDOWN_GRACE_SECONDS * 1000 },
        }),
        { module: LoggerModule, global: true, providers: [{ provide: LOGGER, useValue: logger }], exports: [LOGGER] },
        module,
      ],
    } satisfies DynamicModule,
    {
      inject: [MessagingStrategy],
      useFactory: (strategy: MessagingStrategy) => ({ strategy }),
      logger: new NestLogger(logger),
      abortOnError: false,
    },
  );
}

/** Holds what every service has around its own module. */
class ServiceRoot {}

/** Provides the process's logger as {@link LOGGER}. */
class LoggerModule {}
