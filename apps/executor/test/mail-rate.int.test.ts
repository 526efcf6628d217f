import { silentLogger } from '@millrace/service-kit/logging';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { openRedis, type RedisConnection } from '@millrace/service-kit/redis';
import { startRedis, waitUntil, type OwnServer } from '@millrace/testing';
import { MailRate } from '../src/mail/mail-rate.js';
import type { MailSender } from '../src/mail/sender.js';
import { MovedClock } from './support/moved-clock.js';

const SENDER: MailSender = {
  key: 'k',
  label: '"support"',
  organisationId: 'org_1',
  account: { host: '127.0.0.1', port: 25, tls: 'none' },
  from: { name: '', address: 'support@example.com' },
  ratePerMinute: 3,
};

let server: OwnServer;
let connections: RedisConnection[];

beforeAll(async () => {
  server = await startRedis();
  // One for each executor.
  connections = [1, 2].map(() => openRedis({ url: server.url, logger: silentLogger() }));
  await waitUntil('Redis', () => connections.every(({ status }) => status === 'ready'));
});
afterAll(async () => {
  connections?.forEach((one) => one.disconnect());
  await server?.stop();
});

it('executors together let as many e-mails of a sender through as it may send in a minute', async () => {
  const clock = new MovedClock();
  const executors = connections.map(
    (redis) => new MailRate(new RateLimiter(redis, { mails: Number.MAX_SAFE_INTEGER }, () => clock.now()), clock),
  );
  const { signal } = new AbortController();
  let passed = 0;
  const take = (executor: MailRate): Promise<void> => executor.take(SENDER, 'org_1', signal).then(() => void passed++);
  const all = Promise.all([...executors, ...executors, ...executors].map(take));
  await waitUntil('those that wait', () => clock.waiting === 3);
  expect(passed).toBe(3);
  clock.move(61_000);
  await all;
  expect(passed).toBe(6);
});
