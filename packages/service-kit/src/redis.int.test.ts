import { startRedis, waitUntil } from '@millrace/testing';
import { createLogger } from './logging.js';
import { openRedis, redisCheck } from './redis.js';

test('a Redis that goes away fails commands at once, shows as down, and comes back by itself', async () => {
  const server = await startRedis();
  const redis = openRedis({ url: server.url, logger: createLogger({ service: 'test', level: 'fatal' }) });
  const check = redisCheck(redis);
  const isUp = async (): Promise<boolean> => (await check()).up;
  try {
    await waitUntil('the connection', isUp);
    await server.kill();
    await waitUntil('the loss to show', async () => !(await isUp().catch(() => false)));
    await expect(redis.incr('x')).rejects.toThrow();
    await server.restart();
    await waitUntil('the connection to come back', () => isUp().catch(() => false));
    expect(await redis.incr('x')).toBeGreaterThan(0);
  } finally {
    redis.disconnect();
    await server.stop();
  }
});
