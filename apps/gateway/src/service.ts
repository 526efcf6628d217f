import type { NestExpressApplication } from '@nestjs/platform-express';
import { LIMITS } from '@millrace/contracts';
import type { ServiceDefinition } from '@millrace/service-kit/app';
import { REDIS, redisCheck, type RedisConnection } from '@millrace/service-kit/redis';
import { AppModule } from './app.module.js';
import type { GatewayConfig } from './config.js';
import { createHttpApp } from './http-app.js';
import type { WaitRoom } from './executions/execution-waits.js';
import { CLIENT_TIMES, type ClientTimes } from './http/bounded-server.js';
import type { TwinRoom } from './idempotency/twin-waits.js';
import type { LiveBounds } from './live/live-bounds.js';
import { manifest } from './manifest.js';

/** What tests set that is no setting. */
export interface GatewayTimes {
  /** The time by which calls are counted, in milliseconds since the epoch. */
  readonly clock?: () => number;
  readonly clientTimes?: ClientTimes;
  /** For so long a write holds its `Idempotency-Key`, in milliseconds. */
  readonly writeLeaseMs?: number;
  /** How many requests may wait for others under the same key. */
  readonly twinRoom?: TwinRoom;
  /** How many starts may wait for the end of their executions. */
  readonly waitRoom?: WaitRoom;
  /** What bounds open streams of events. */
  readonly liveBounds?: LiveBounds;
  /** Connections that one address may have. */
  readonly connectionsPerAddress?: number;
}

/** The gateway: public HTTP, which the shell starts and stops. */
export function gatewayService(
  config: GatewayConfig,
  {
    clock,
    writeLeaseMs,
    waitRoom,
    liveBounds,
    twinRoom,
    clientTimes = CLIENT_TIMES,
    connectionsPerAddress = LIMITS.connectionsPerAddress,
  }: GatewayTimes = {},
): ServiceDefinition<NestExpressApplication> {
  const { MILLRACE_PORT: port, MILLRACE_HOST: host, MILLRACE_TRUSTED_PROXIES: trustedProxies } = config;
  return {
    name: manifest.name,
    config,
    module: AppModule.forRoot(config, clock, writeLeaseMs, waitRoom, liveBounds, twinRoom),
    transport: {
      create: (root, logger) => createHttpApp(root, logger, { trustedProxies, clientTimes, connectionsPerAddress }),
      async listen(app, logger) {
        await app.listen(port, host);
        logger.info({ port }, 'gateway is listening');
      },
    },
    // Redis is shown but not required: without it the gateway counts calls by itself.
    optionalChecks: (app) => ({ redis: redisCheck(app.get<RedisConnection>(REDIS)) }),
  };
}
