import { parseConfig } from '@millrace/service-kit/config';
import { configSchema } from './config.js';

const minimal = {
  MILLRACE_NATS_URL: 'nats://127.0.0.1:4222',
  MILLRACE_REDIS_URL: 'redis://127.0.0.1:6379',
  MILLRACE_HEALTH_PORT: '9000',
};
const trusting = (proxies: string) => parseConfig(configSchema, { ...minimal, MILLRACE_TRUSTED_PROXIES: proxies });

it('a webhook refuses one address a hundred times a minute where nothing else is set, as docs/webhooks.md says', () => {
  const config = { MILLRACE_RATE_LIMIT_REFUSED_WEBHOOKS_PER_MINUTE: 100 };
  expect(parseConfig(configSchema, minimal)).toMatchObject({ config });
});

describe('MILLRACE_TRUSTED_PROXIES', () => {
  it('is empty by default, and takes addresses and networks', () => {
    expect(parseConfig(configSchema, minimal)).toMatchObject({ config: { MILLRACE_TRUSTED_PROXIES: [] } });
    expect(trusting('10.0.0.0/8, 192.0.2.1,2001:db8::/32')).toMatchObject({
      config: { MILLRACE_TRUSTED_PROXIES: ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'] },
    });
  });

  it.each(['true', 'proxy.local', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0', '::1/129', '*'])('refuses %s', (proxies) => {
    expect(trusting(proxies)).toMatchObject({ problems: [{ name: 'MILLRACE_TRUSTED_PROXIES' }] });
  });
});
