import { silentLogger } from '@millrace/messaging';
import { openRedis } from '@millrace/service-kit/redis';
import { startRedis, waitUntil, type OwnServer } from '@millrace/testing';
import { checkRedis } from './redis-check.js';

let server: OwnServer;
let redis: ReturnType<typeof openRedis>;

beforeAll(async () => {
  server = await startRedis();
  redis = openRedis({ url: server.url, logger: silentLogger as never });
  await waitUntil('the connection', () => redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** What is found that is not about the version, which is that of this machine. */
async function found(redisUrl = server.url): Promise<unknown[][]> {
  const findings = await checkRedis({ redisUrl });
  return findings.filter(({ found: what }) => !what.includes('known holes')).map(({ status, found: what, cure }) => [status, what, cure]); // prettier-ignore
}

test('a Redis that deletes keys where its memory is full is found, and one that does not is as it should be', async () => {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect(await found()).toEqual([
    ['failed', expect.stringContaining('allkeys-lru'), expect.stringContaining('noeviction')],
  ]);
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  expect((await found()).filter(([status]) => status !== 'ok')).toEqual([]);
});

test('a Redis that does not say how it is set is no failure, and is said to be so', async () => {
  // The client says that it cannot ask either.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  await redis.call('ACL', 'SETUSER', 'careful', 'on', '>secret', '~*', '+@all', '-info');
  const url = new URL(server.url);
  [url.username, url.password] = ['careful', 'secret'];
  expect(await found(url.href)).toEqual([
    ['warning', expect.stringContaining('it does not say how it is set'), expect.stringContaining('INFO')],
  ]);
});
