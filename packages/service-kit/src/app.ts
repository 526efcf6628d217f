import { hostname } from 'node:os';
import type { DynamicModule, INestApplicationContext, INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import {
  BUS,
  MessagingModule,
  MessagingStrategy,
  type Bus,
  type ConnectOptions,
  type ShutdownTimes,
} from '@millrace/messaging';
import { alikeSettings } from './alike-settings.js';
import type { Config, baseConfigShape } from './config.js';
import { drainWhenAsked } from './drain.js';
import { connecting, HealthServer, type HealthCheck } from './health.js';
import { createLogger, NestLogger, type Logger } from './logging.js';
import { prepare, wrongWords } from './prepare.js';
import { recordedProfiles } from './profiling/recorded-profiles.js';
import { answerRollCalls } from './roll-call.js';
import { startDefaultMetrics } from './metrics.js';
import { stopOnSignal } from './shutdown.js';
import { StorageGuard } from './storage-guard.js';
import { startTracing, traceOfLine, tracesEndpoint } from './tracing/start-tracing.js';
import { startWatchdog } from './watchdog.js';

/** Injection token of the process's logger. */
export const LOGGER = Symbol('millrace:logger');

/** How a service's application is made, and how it begins to take work. */
export interface Transport<App extends INestApplicationContext> {
  create(root: DynamicModule, logger: Logger): Promise<App>;
  listen(app: App, logger: Logger): Promise<unknown>;
}

/** The transport of a service whose work comes over NATS only. */
export const natsTransport: Transport<INestMicroservice> = {
  create: (root, logger) =>
    NestFactory.createMicroservice<AsyncMicroserviceOptions>(root, {
      inject: [MessagingStrategy],
      useFactory: (strategy: MessagingStrategy) => ({ strategy }),
      logger: new NestLogger(logger),
      abortOnError: false,
    }),
  listen: (app) => app.listen(),
};

/** What a service is made of, beside what every service has. */
export interface ServiceDefinition<App extends INestApplicationContext = INestMicroservice> {
  /** Its name in topology.ts, in logs, metrics and on the NATS server. */
  readonly name: string;
  readonly config: Config<typeof baseConfigShape>;
  readonly module: Type<unknown> | DynamicModule;
  readonly transport: Transport<App>;
  /** Checks of the service's further dependencies, by name; NATS is always checked. */
  readonly checks?: (app: App) => Readonly<Record<string, HealthCheck>>;
  /** What `/health/details` says of it, for whoever looks for what is wrong. */
  readonly details?: (app: App) => Promise<object>;
  /** Makes the indexes of its collections, where it has any: see {@link makeIndexes} in `mongo-indexes.ts`. */
  readonly makeIndexes?: (app: INestApplicationContext, logger: Logger) => Promise<void>;
  /** Checks that are shown but do not decide readiness, because the service has a way to do without. */
  readonly optionalChecks?: (app: App) => Readonly<Record<string, HealthCheck>>;
}

/** What surrounds a service. */
export interface ServiceSurroundings {
  readonly logger: Logger;
  /** For tests: what is not as the service's settings say. */
  readonly messaging?: Pick<ConnectOptions, 'topology' | 'ackWaitMs' | 'validateOutgoing'> & {
    readonly shutdown?: Partial<ShutdownTimes>;
  };
  /** Whether the connection is to stay open when the application closes; see `MessagingModuleOptions`. */
  readonly keepsOpen?: () => boolean;
}

/**
 * Makes the application of a service: connects to NATS for as long as it takes, then builds the service's module around
 * the bus and the logger. It takes no work before `listen()`; `close()` finishes what is in flight and closes the
 * connections. Rejects when NATS or the module can't be used as they are.
 */
export function createService<App extends INestApplicationContext>(
  { name, config, module, transport }: Pick<ServiceDefinition<App>, 'name' | 'config' | 'module' | 'transport'>,
  { logger, messaging, keepsOpen }: ServiceSurroundings,
): Promise<App> {
  const root: DynamicModule = {
    module: ServiceRoot,
    imports: [
      MessagingModule.forRoot({
        url: config.MILLRACE_NATS_URL,
        name,
        logger,
        ackWaitMs: config.MILLRACE_ACK_WAIT_SECONDS * 1000,
        replicas: config.MILLRACE_NATS_REPLICAS,
        shutdown: { graceMs: config.MILLRACE_SHUTDOWN_GRACE_SECONDS * 1000 },
        ...messaging,
        ...(keepsOpen === undefined ? {} : { keepsOpen }),
      }),
      { module: LoggerModule, global: true, providers: [{ provide: LOGGER, useValue: logger }], exports: [LOGGER] },
      module,
    ],
  };
  return transport.create(root, logger);
}

/**
 * What the program of a service does: runs it, or with the word `prepare` makes what it needs on its servers, and ends. `words`: those behind the
 * program's name.
 */
export async function runService<App extends INestApplicationContext>(
  definition: ServiceDefinition<App>,
  words: readonly string[] = [],
): Promise<void> {
  const { name, config, makeIndexes } = definition;
  const isTraced = tracesEndpoint(config) !== undefined;
  const logger = createLogger({
    service: name,
    level: config.MILLRACE_LOG_LEVEL,
    ...(isTraced ? { mixin: traceOfLine } : {}),
  });
  const wrong = wrongWords(name, words);
  if (wrong !== undefined) {
    logger.fatal(wrong);
    process.exit(2);
  }
  if (words.length === 0) return run(definition, logger);
  // Whatever its transport is: one that is made for NATS begins nothing until it listens.
  const create = (): Promise<INestMicroservice> =>
    createService({ ...definition, transport: natsTransport }, { logger });
  await prepare({ service: name, logger, graceSeconds: config.MILLRACE_SHUTDOWN_GRACE_SECONDS, create, makeIndexes });
}

/**
 * Runs a service until it is signalled to stop: metrics and health port first, so that a service which waits for a
 * dependency already says so; then NATS, then the module, then its handlers. On SIGTERM it stops in reverse. One that the operator drains
 * stops so too, and keeps its health port and its connection, by which it says that it is drained.
 */
async function run<App extends INestApplicationContext>(
  definition: ServiceDefinition<App>,
  logger: Logger,
): Promise<void> {
  const { name, config } = definition;
  const graceSeconds = config.MILLRACE_SHUTDOWN_GRACE_SECONDS;
  startDefaultMetrics(name);
  startWatchdog(logger);

  let app: App | undefined;
  let bus: Bus | undefined;
  let isStopping = false;
  let isDraining = false;
  const checks: Record<string, HealthCheck> = { service: () => ({ up: false, detail: 'starting' }), nats: connecting };
  const optional = ['storage'];
  const profiles = recordedProfiles(name, config.MILLRACE_PROFILE_TOKEN, logger, () => bus);
  const health = new HealthServer(name, checks, optional, profiles);
  health.settings = alikeSettings(config);
  await health.listen(config.MILLRACE_HEALTH_PORT, config.MILLRACE_HEALTH_HOST);

  const stopTracing = await startTracing(name, config, logger);
  const stop = async (stays: boolean): Promise<void> => {
    isStopping = true;
    isDraining = stays;
    health.markStopping();
    await app?.close();
  };
  const drain = stopOnSignal({
    logger,
    graceSeconds,
    stop,
    drained: () => health.markDrained(),
    close: async () => {
      await bus?.close();
      await stopTracing();
      await health.close();
    },
  });

  try {
    app = await createService(definition, { logger, keepsOpen: () => isDraining });
    bus = app.get<Bus>(BUS);
    const guard = new StorageGuard(bus, config, logger);
    await guard.start();
    const started = app;
    health.moreDetails = () => definition.details?.(started) ?? Promise.resolve({});
    const extras = definition.optionalChecks?.(app) ?? {};
    optional.push(...Object.keys(extras));
    Object.assign(checks, { nats: guard.natsCheck, storage: guard.check }, definition.checks?.(app), extras);
    await answerRollCalls(bus, { service: name, node: config.MILLRACE_NODE_NAME ?? hostname() }, health, logger);
    await definition.transport.listen(app, logger);
    // Not before: what is closed while it begins to take work goes on to take it, without the connections that this needs.
    await drainWhenAsked(bus, name, drain, logger);
  } catch (error) {
    // A process that ends has closed what its start was waiting for.
    if (isStopping) return;
    // Everything that may come up later has been waited for: this is a defect or a set-up that waiting does not fix.
    logger.fatal({ err: error }, `${name} can't start`);
    process.exit(1);
  }
  delete checks.service;
  logger.info({ healthPort: config.MILLRACE_HEALTH_PORT }, `${name} is running`);
}

/** Holds what every service has around its own module. */
class ServiceRoot {}

/** Provides the process's logger as {@link LOGGER}. */
class LoggerModule {}
