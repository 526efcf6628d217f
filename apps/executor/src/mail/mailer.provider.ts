import type { FactoryProvider } from '@nestjs/common';
import { LocalRateLimiter, RateLimiter } from '@millrace/service-kit/rate-limits';
import { REDIS, type RedisConnection } from '@millrace/service-kit/redis';
import type { AllowList } from '@millrace/service-kit/safe-http';
import { systemClock } from '../clock.js';
import { MailRate, type MailCounter } from './mail-rate.js';
import { Mailer } from './mailer.js';

/** Each sender has a limit of its own: this one is for none. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Counts e-mails over all executors with Redis, and for this one without. */
export function mailerProvider(allowed: AllowList): FactoryProvider<Mailer> {
  return {
    provide: Mailer,
    inject: [{ token: REDIS, optional: true }],
    useFactory: (redis?: RedisConnection) => {
      const local = new LocalRateLimiter('mails', NO_LIMIT);
      const counter: MailCounter =
        redis === undefined
          ? { count: (_, caller, own) => Promise.resolve(local.count(caller, own)) }
          : new RateLimiter(redis, { mails: NO_LIMIT });
      return new Mailer(allowed, new MailRate(counter, systemClock));
    },
  };
}
