import { Redis } from 'ioredis';
import { startRedis, TcpProxy, waitUntil, type OwnServer } from '@millrace/testing';
import { createLogger } from '../logging.js';
import { openRedis } from '../redis.js';
import { RateLimiter } from './rate-limiter.js';

/** One time for all calls, so that no window ends during a test. */
const ALWAYS = () => Date.UTC(2026, 0, 1);

let server: OwnServer;
let proxy: TcpProxy;
let redis: Redis;
let direct: Redis;

beforeEach(async () => {
  server = await startRedis();
  proxy = await TcpProxy.start(server.url);
  redis = openRedis({ url: proxy.url('redis'), logger: createLogger({ service: 'test', level: 'fatal' }) });
  direct = new Redis(server.url);
  await waitUntil('the connection', () => redis.status === 'ready');
});
afterEach(async () => {
  redis.disconnect();
  direct.disconnect();
  await proxy.stop();
  await server.stop();
});

/** How many calls Redis has counted, over all windows: the minute may end during the test. */
async function countedInRedis(): Promise<number> {
  const keys = await direct.keys('rate:*');
  const counts = await Promise.all(keys.map(async (key) => Number(await direct.get(key))));
  return counts.reduce((sum, count) => sum + count, 0);
}

test('a Redis that is silent holds up the calls in flight and none after them; the limit goes on, and Redis counts again when it responds', async () => {
  const limiter = new RateLimiter(redis, { webhooks: 25 }, ALWAYS);
  const count = () => limiter.count('webhooks', 'org_a');
  expect((await count()).remaining).toBe(24);
  expect(await countedInRedis()).toBe(1);

  proxy.holdAnswers();
  const states = [];
  for (let call = 0; call < 50; call++) states.push(await count());
  // Redis got the first only: nothing waited for it afterwards. Counted here, the limit held.
  expect(await countedInRedis()).toBe(2);
  expect(states.filter((state) => !state.exceeded)).toHaveLength(25);

  proxy.releaseAnswers();
  await waitUntil('Redis to count again', async () => {
    await count();
    return (await countedInRedis()) > 2;
  });
});

test('a connection whose other side is gone without a word is replaced by one that gets replies', async () => {
  const limiter = new RateLimiter(redis, { webhooks: 1_000 }, ALWAYS);
  const count = () => limiter.count('webhooks', 'org_a');
  await count();
  proxy.mute();
  await count();
  await waitUntil('Redis to count again', async () => {
    await count();
    return (await countedInRedis()) > 2;
  });
});

test.each([undefined, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a limit of an organisation that is %s is none of its own: the default holds',
  async (own) => {
    const limiter = new RateLimiter(redis, { webhooks: 3 }, ALWAYS);
    const states = [];
    for (let call = 0; call < 5; call++) states.push(await limiter.count('webhooks', `org_${own}`, own));
    expect(states.map(({ limit, exceeded }) => [limit, exceeded])).toEqual(
      [false, false, false, true, true].map((exceeded) => [3, exceeded]),
    );
  },
);
