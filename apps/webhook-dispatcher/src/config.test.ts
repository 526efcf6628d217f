import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '@millrace/service-kit/config';
import { configSchema } from './config.js';

it('an organisation receives 500 calls a minute where nothing else is set, as the page says', () => {
  const minimal = {
    MILLRACE_NATS_URL: 'nats://127.0.0.1:4222',
    MILLRACE_REDIS_URL: 'redis://127.0.0.1:6379',
    MILLRACE_MONGODB_URL: 'mongodb://127.0.0.1:27017',
    MILLRACE_HEALTH_PORT: '9000',
  };
  expect(parseConfig(configSchema, minimal)).toMatchObject({
    config: { MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE: 500 },
  });
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'webhooks.md'), 'utf8');
  expect(page).toContain('Up to 500 calls a minute and organisation are taken');
});
