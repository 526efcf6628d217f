import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { REDIS, redisCheck, type RedisConnection } from '@millrace/service-kit/redis';
import { ExecutorModule } from './app.module.js';
import type { ExecutorConfig } from './config.js';
import { MarkdownThreads } from './mail/markdown-threads.js';
import { manifest } from './manifest.js';

/** The service `executor`. */
export function executorService(config: ExecutorConfig, markdownThreads = new MarkdownThreads()): ServiceDefinition {
  return {
    name: manifest.name,
    config,
    module: ExecutorModule.forRoot(config, markdownThreads),
    transport: natsTransport,
    // Redis is shown but not required: without it what executions store is charged later, or to nobody.
    ...(config.MILLRACE_REDIS_URL === undefined
      ? {}
      : { optionalChecks: (app) => ({ redis: redisCheck(app.get<RedisConnection>(REDIS)) }) }),
  };
}
