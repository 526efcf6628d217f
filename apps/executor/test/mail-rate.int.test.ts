import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@millrace/service-kit/logging';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { openRedis, type RedisConnection } from '@millrace/service-kit/redis';
import { AllowList } from '@millrace/service-kit/safe-http';
import { FakeSmtpServer, startRedis, waitUntil, type OwnServer } from '@millrace/testing';
import { MailRate } from '../src/mail/mail-rate.js';
import { mailerProvider } from '../src/mail/mailer.provider.js';
import type { Mailer } from '../src/mail/mailer.js';
import type { MailSender } from '../src/mail/sender.js';
import { runEmail } from './support/mail.js';
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

describe('the mailers of two executors', () => {
  let smtp: FakeSmtpServer;
  beforeEach(async () => {
    smtp = await FakeSmtpServer.start();
  });
  afterEach(() => smtp.stop());

  /** Both send one e-mail of a sender that may send one in a minute; the second is given up after a while. */
  async function bothSend(mailers: readonly Mailer[], key: string): Promise<unknown[]> {
    // Within one minute, by the clock of the machine.
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 15_000) await sleep(left + 100);
    const account = { ...SENDER.account, port: smtp.port };
    const senders = { find: () => Promise.resolve({ ...SENDER, key, account, ratePerMinute: 1, organisationId: key }) };
    const controller = new AbortController();
    const config = { to: 'ada@example.com', subject: 'S', body: 'B' };
    const [first, second] = mailers.map((mailer) => () => runEmail(mailer, senders, config, { signal: controller.signal })); // prettier-ignore
    await first?.();
    const outcome = second?.().then(
      () => 'sent',
      () => 'waited',
    );
    await Promise.race([outcome, sleep(2_000)]);
    controller.abort(new Error('enough'));
    mailers.forEach((mailer) => mailer.close());
    return [await outcome, smtp.messages.length];
  }

  const made = (redis: RedisConnection | undefined): Mailer =>
    mailerProvider(AllowList.parse('127.0.0.1')).useFactory(redis) as Mailer;

  it('count together with Redis', async () => {
    expect(await bothSend(connections.map(made), 'shared')).toEqual(['waited', 1]);
  });

  it('count each for itself without', async () => {
    expect(await bothSend([made(undefined), made(undefined)], 'own')).toEqual(['sent', 2]);
  });
});
