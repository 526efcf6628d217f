import 'reflect-metadata';
import { connectBus } from '@millrace/messaging';
import { connecting, HealthServer, type HealthCheck } from '@millrace/service-kit/health';
import { createLogger } from '@millrace/service-kit/logging';
import { startDefaultMetrics } from '@millrace/service-kit/metrics';
import { LocalRateLimiter, RateLimiter } from '@millrace/service-kit/rate-limits';
import { openRedis, redisCheck } from '@millrace/service-kit/redis';
import { stopOnSignal } from '@millrace/service-kit/shutdown';
import { StorageGuard } from '@millrace/service-kit/storage-guard';
import { startWatchdog } from '@millrace/service-kit/watchdog';
import { createGateway } from './app.js';
import { readConfig } from './config.js';

const config = readConfig();
const logger = createLogger({ service: 'gateway', level: config.MILLRACE_LOG_LEVEL });
startDefaultMetrics('gateway');
startWatchdog(logger);

const redis = openRedis({ url: config.MILLRACE_REDIS_URL, logger });
// Redis is shown but not required: without it the gateway counts calls by itself.
// So is room for more: what is there can be read without, and a refusal is clear.
const checks: Record<string, HealthCheck> = { nats: connecting, redis: redisCheck(redis) };
const health = new HealthServer('gateway', checks, ['redis', 'storage']);
await health.listen(config.MILLRACE_HEALTH_PORT, config.MILLRACE_HEALTH_HOST);
const bus = await connectBus({ url: config.MILLRACE_NATS_URL, name: 'gateway', logger });
const guard = new StorageGuard(bus, config, logger);
await guard.start();

const limiter = new RateLimiter(redis, {
  api: config.MILLRACE_RATE_LIMIT_API_PER_HOUR,
  executions: config.MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE,
});
const refusedLimiter = new LocalRateLimiter('refused_webhooks', config.MILLRACE_RATE_LIMIT_REFUSED_WEBHOOKS_PER_MINUTE);
const trustedProxies = config.MILLRACE_TRUSTED_PROXIES;
const app = await createGateway({ bus, logger, limiter, refusedLimiter, trustedProxies });
await app.listen(config.MILLRACE_PORT, config.MILLRACE_HOST);
Object.assign(checks, { nats: guard.natsCheck, storage: guard.check });
logger.info({ port: config.MILLRACE_PORT }, 'gateway is listening');

stopOnSignal({
  logger,
  graceSeconds: config.MILLRACE_SHUTDOWN_GRACE_SECONDS,
  stop: async () => {
    health.markStopping();
    await app.close();
    await bus.close();
    redis.disconnect();
    await health.close();
  },
});
