import { statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { commandOf, environment, environmentOf, folder, start, up } from './platform.fixture.js';

test('each service gets its own settings and heap limit and no secret of another, and servers get none of ours', async () => {
  const env = environment('environments', {
    MILLRACE_BOOTSTRAP_TOKENS: '[{"token":"bootstrap-secret"}]',
    MILLRACE_EXECUTOR_CONCURRENCY: '77',
    MILLRACE_HEAP_MB_EXECUTOR: '96',
    MILLRACE_LOG_LEVEL: 'warn',
    MILLRACE_ENV_REGION: 'eu',
    NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
    AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-shell',
  });
  const started = start(env);
  const { services, servers, token } = await up(started, 'environments');
  const [gateway, executor] = [
    environmentOf(services.gateway?.pid as number),
    environmentOf(services.executor?.pid as number),
  ];
  const backend = servers.mongodb.backend ? [servers.mongodb.backend.pid] : [];
  const others = [servers.nats.pid, servers.redis.pid, servers.mongodb.pid, ...backend].map((pid) =>
    environmentOf(pid as number),
  );
  const heaps = [services.gateway, services.executor].map((service) =>
    commandOf(service?.pid as number).filter((word) => word.startsWith('--max-old-space-size=')),
  );
  started.process.kill('SIGTERM');
  await started.ended;

  // That of the manifest, and the one that is set.
  expect(heaps).toEqual([['--max-old-space-size=64'], ['--max-old-space-size=96']]);
  expect(executor).toMatchObject({
    MILLRACE_EXECUTOR_CONCURRENCY: '77',
    MILLRACE_LOG_LEVEL: 'warn',
    MILLRACE_ENV_REGION: 'eu',
    NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
  });
  expect(executor.MILLRACE_REDIS_URL).toBeUndefined();
  expect(gateway.MILLRACE_REDIS_URL).toMatch(/^redis:\/\/:[0-9a-f]{40}@127\.0\.0\.1:\d+$/);
  expect(gateway.MILLRACE_NATS_URL).toMatch(/^nats:\/\/gateway:[0-9a-f]{40}@/);
  expect(Object.keys(gateway).filter((name) => /^MILLRACE_(ENV_|EXECUTOR_|DEV_|BOOTSTRAP_)/.test(name))).toEqual([]);
  for (const secret of ['bootstrap-secret', 'a-secret-of-the-shell', token])
    expect(JSON.stringify([gateway, executor, others])).not.toContain(secret);
  for (const server of others) expect(Object.keys(server).filter((name) => name.startsWith('MILLRACE_'))).toEqual([]);
});

test('NATS and Redis ask for a password, and a service may do there only what its user may', async () => {
  const started = start(environment('passwords'));
  const { servers, services } = await up(started, 'passwords');
  const { port } = new URL(servers.nats.url);
  const connectAs = (url: string) => {
    const { username: user, password: pass } = new URL(url);
    return connect({ servers: `127.0.0.1:${port}`, reconnect: false, ...(user ? { user, pass } : {}) });
  };
  await expect(connectAs(`nats://127.0.0.1:${port}`)).rejects.toThrow(/authorization/i);
  const operator = await connectAs(servers.nats.url);
  await operator.request('$JS.API.INFO');
  await operator.close();
  const gateway = await connectAs(environmentOf(services.gateway?.pid as number).MILLRACE_NATS_URL as string);
  await expect(gateway.request('$JS.API.STREAM.DELETE.RUNS')).rejects.toThrow(/permissions violation/i);
  await gateway.close();

  const redis = (url: string) => new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  const stranger = redis(servers.redis.url.replace(/:[0-9a-f]*@/, ''));
  await expect(stranger.set('key', 'value')).rejects.toThrow('NOAUTH');
  const friend = redis(servers.redis.url);
  expect(await friend.set('key', 'value')).toBe('OK');
  stranger.disconnect();
  friend.disconnect();
  for (const name of ['nats-gateway', 'nats-operator', 'redis'])
    expect(statSync(join(folder, 'passwords', 'secrets', name)).mode & 0o777).toBe(0o600);
  started.process.kill('SIGTERM');
  await started.ended;
});
