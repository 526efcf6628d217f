import { ConfigError, readConfig } from './config.js';

/** What a person wrote wrongly, with a secret in it. */
const MALFORMED: readonly (readonly [setting: string, value: string, cure: RegExp])[] = [
  ['MILLRACE_API_URL', 'http://user:s3cret@127.0.0.1:3000/v1', /no user and no password/],
  ['MILLRACE_API_URL', 'http:///s3cret@127.0.0.1:3000/v1', /no user and no password/],
  ['MILLRACE_API_URL', 's3cret@127.0.0.1', /such as http:\/\/127/],
  ['MILLRACE_PUBLIC_URL', 'https://user:s3cret@example.com', /no user and no password/],
  ['MILLRACE_HEALTH_URLS', '{"gateway":"http://:s3cret@127.0.0.1:8080"}', /no user and no password/],
  ['MILLRACE_NATS_MONITOR_URL', 'http://user:s3cret@127.0.0.1:8222', /no user and no password/],
  ['MILLRACE_OPERATOR_TOKEN', 's3cret\nx: y', /without spaces/],
  ['MILLRACE_OPERATOR_TOKEN', 's3cret\u20ac', /printable/],
  ['MILLRACE_PROFILE_TOKEN', 's3cret ', /without spaces/],
  ['MILLRACE_REDIS_URL', 'redis://:s3cret@127.0.0.1:99999', /such as redis:/],
  ['MILLRACE_REDIS_URL', ':s3cret@127.0.0.1:6379', /such as redis:/],
  ['MILLRACE_NATS_URL', 'nats://doctor:s3cret@127.0.0.1:99999', /such as nats:/],
  ['MILLRACE_NATS_OPERATOR_URL', 'operator:s3cret@127.0.0.1', /such as nats:/],
  ['MILLRACE_NATS_URLS', '{"gateway":"gateway:s3cret@127.0.0.1"}', /such as nats:/],
  ['MILLRACE_MONGODB_URL', 'doctor:s3cret@127.0.0.1', /such as mongodb:/],
];

test.each(MALFORMED)(
  '%s that is malformed (%j) is refused by its name, with what to do and without its value',
  (setting, value, cure) => {
    let refused: unknown;
    try {
      readConfig({ [setting]: value });
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(ConfigError);
    const { message } = refused as ConfigError;
    expect(message).toContain(setting);
    expect(message).toMatch(cure);
    expect(message).not.toContain('s3cret');
  },
);

test('settings as services have them are taken', () => {
  const set = {
    MILLRACE_API_URL: 'http://127.0.0.1:3000/v1/',
    MILLRACE_OPERATOR_TOKEN: 'op_1',
    MILLRACE_REDIS_URL: 'rediss://:s3cret@redis:6379',
    MILLRACE_NATS_URL: 'nats://doctor:s3cret@nats-0:4222,nats://doctor:s3cret@nats-1:4222',
    MILLRACE_NATS_URLS: '{"gateway":"nats://gateway:s3cret@nats:4222"}',
    MILLRACE_MONGODB_URL: 'mongodb://doctor:s3cret@a:27017,b:27017/?replicaSet=rs0',
    MILLRACE_HEALTH_URLS: '{"gateway":"http://127.0.0.1:8080"}',
  };
  expect(readConfig(set)).toMatchObject({
    apiUrl: 'http://127.0.0.1:3000/v1',
    operatorToken: 'op_1',
    redisUrl: set.MILLRACE_REDIS_URL,
    natsUrl: set.MILLRACE_NATS_URL,
    natsUrls: { gateway: 'nats://gateway:s3cret@nats:4222' },
    mongodbUrl: set.MILLRACE_MONGODB_URL,
    healthUrls: { gateway: 'http://127.0.0.1:8080' },
  });
});
