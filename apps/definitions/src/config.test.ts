import { parseConfig } from '@millrace/service-kit/config';
import { configSchema } from './config.js';

const minimal = {
  MILLRACE_NATS_URL: 'nats://127.0.0.1:4222',
  MILLRACE_MONGODB_URL: 'mongodb://127.0.0.1:27017/',
  MILLRACE_PUBLIC_URL: 'https://millrace.example.com/',
  MILLRACE_HEALTH_PORT: '9000',
};

describe('configSchema', () => {
  it('needs only the addresses and takes the slash off the public one', () => {
    expect(parseConfig(configSchema, minimal)).toMatchObject({
      config: {
        MILLRACE_PUBLIC_URL: 'https://millrace.example.com',
        MILLRACE_MONGODB_DATABASE: 'millrace',
        MILLRACE_BOOTSTRAP_TOKENS: [],
      },
    });
  });

  it('reads bootstrap tokens and gives them all scopes unless given otherwise', () => {
    const token = 'a'.repeat(26);
    const MILLRACE_BOOTSTRAP_TOKENS = JSON.stringify([{ organisation_id: 'org_a', name: 'A', token }]);
    expect(parseConfig(configSchema, { ...minimal, MILLRACE_BOOTSTRAP_TOKENS })).toMatchObject({
      config: { MILLRACE_BOOTSTRAP_TOKENS: [{ organisation_id: 'org_a', name: 'A', token, scopes: ['*'] }] },
    });
  });

  it.each([
    ['MILLRACE_DEV_TOKEN', 'short'],
    ['MILLRACE_BOOTSTRAP_TOKENS', 'no json'],
    ['MILLRACE_BOOTSTRAP_TOKENS', '[{"organisation_id":"org.a","name":"A","token":"aaaaaaaaaaaaaaaaaaaaaaaaaa"}]'],
    ['MILLRACE_PUBLIC_URL', 'millrace.example.com'],
  ])('refuses %s=%s by name', (name, value) => {
    const result = parseConfig(configSchema, { ...minimal, [name]: value });
    expect(result).toHaveProperty('problems');
    expect((result as { problems: { name: string }[] }).problems[0]?.name).toContain(name);
  });
});
