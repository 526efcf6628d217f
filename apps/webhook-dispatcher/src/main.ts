import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { redisCheck, type RedisConnection } from '@millrace/service-kit/redis';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { REDIS } from './rate-limits.tokens.js';

const config = readConfig();
await runService({
  name: 'webhook-dispatcher',
  config,
  module: AppModule.forRoot(config),
  // Redis is shown but not required: without it each dispatcher counts calls by itself.
  optionalChecks: (app) => ({ redis: redisCheck(app.get<RedisConnection>(REDIS)) }),
});
