import { join } from 'node:path';
import { writeJson } from './json-file.mjs';
import { ensureRuntime } from './runtime/private-runtime.mjs';
import { chooseSources } from './servers/discovery.mjs';
import { startMongo } from './servers/mongo.mjs';
import { startRedis } from './servers/redis.mjs';
import { launchesOf } from './test-servers.mjs';

/**
 * Starts the servers that all integration tests share, and writes the file that lists them (see `TestEndpoints`).
 *
 * @param {import('./runtime/private-runtime.mjs').RuntimeOptions & { dir: string, cacheDir: string, progress: import('./progress.mjs').Progress }} options
 *   `dir`: data, logs and the file
 * @returns {Promise<{ endpointsFile: string, stop: () => Promise<void> }>}
 */
export async function startSharedTestServers(options) {
  const sources = chooseSources(options);
  const needsRuntime = Object.values(sources).some((source) => source.from === 'runtime');
  const runtime = needsRuntime ? await ensureRuntime(options) : undefined;
  const launches = launchesOf(sources, runtime);
  const { mongodb_launch: mongoLaunch, redis_launch: redisLaunch } = launches;
  const [mongo, redis] = await Promise.all([
    sources.mongodb.from === 'url' || !mongoLaunch
      ? undefined
      : startMongo({ launch: mongoLaunch, dir: join(options.dir, 'mongodb') }),
    sources.redis.from === 'url' || !redisLaunch
      ? undefined
      : startRedis({ launch: redisLaunch, dir: join(options.dir, 'redis') }),
  ]);
  const endpointsFile = join(options.dir, 'test-endpoints.json');
  const urlOf = (/** @type {import('./servers/discovery.mjs').ServerSource} */ source) =>
    source.from === 'url' ? source.url : undefined;
  writeJson(endpointsFile, {
    ...launches,
    mongodb_url: mongo?.url ?? urlOf(sources.mongodb),
    redis_url: redis?.url ?? urlOf(sources.redis),
  });
  return {
    endpointsFile,
    async stop() {
      await Promise.all([mongo?.stop(), redis?.stop()]);
    },
  };
}
