import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chooseSources, compareVersions } from '../src/servers/discovery.mjs';
import { addressOf, mongoAnswers, natsAnswers, redisAnswers } from '../src/servers/probe.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const ferretdbDir = join(__dirname, '..', 'ferretdb');
const noRuntime = { runtimeDir: join(folder, 'none'), ferretdbDir, existingOnly: true };

/** A PATH of its own with programs that print a version. */
function withPrograms(programs: Record<string, string>, work: (env: NodeJS.ProcessEnv) => void): void {
  const bin = join(
    folder,
    `bin-${Object.keys(programs).join('-')}-${Object.values(programs).join('-').replace(/\W/g, '')}`,
  );
  mkdirSync(bin, { recursive: true });
  for (const [name, version] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${version}"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  work({ PATH: `${bin}:/usr/bin:/bin` });
}

const urls = {
  MILLRACE_NATS_URL: 'nats://a:1',
  MILLRACE_REDIS_URL: 'redis://b:2',
  MILLRACE_MONGODB_URL: 'mongodb://c:3',
};

test('a configured URL comes before everything else', () => {
  expect(chooseSources({ ...noRuntime, env: urls })).toEqual({
    nats: { from: 'url', url: 'nats://a:1' },
    redis: { from: 'url', url: 'redis://b:2' },
    mongodb: { from: 'url', url: 'mongodb://c:3' },
  });
});

test('a program on PATH is taken when its version is good enough', () => {
  const programs = {
    'nats-server': 'nats-server: v2.15.1',
    'redis-server': 'Redis server v=8.0.6 sha=0',
    mongod: 'db version v8.0.4',
  };
  withPrograms(programs, (env) => {
    const sources = chooseSources({ ...noRuntime, env });
    expect(Object.values(sources).map((source) => source.from)).toEqual(['path', 'path', 'path']);
  });
});

test('an old program is not taken, and the message says what is missing, which version was found and what would help', () => {
  withPrograms({ 'nats-server': 'nats-server: v2.10.27' }, (path) => {
    const { MILLRACE_NATS_URL: _, ...others } = urls;
    let problem: unknown;
    try {
      chooseSources({ ...noRuntime, env: { ...path, ...others } });
    } catch (error) {
      problem = error;
    }
    expect(problem).toMatchObject({
      message: 'Missing on this machine: nats.',
      cure: expect.stringMatching(/2\.10\.27; 2\.14\.6 or newer[^]*runtime\.mjs[^]*Docker/) as string,
    });
  });
});

test('versions are compared by number, not as text', () => {
  expect(compareVersions('2.15.0', '2.14.6')).toBeGreaterThan(0);
  expect(compareVersions('2.9.0', '2.14.6')).toBeLessThan(0);
  expect(compareVersions('2.14.6', '2.14.6')).toBe(0);
});

test('host and port are found in any server URL', () => {
  expect(addressOf('nats://user:p@ss@host:4223', 4222)).toEqual({ host: 'host', port: 4223 });
  expect(addressOf('mongodb://one:1,two:2/db?replicaSet=x', 27017)).toEqual({ host: 'one', port: 1 });
  expect(addressOf('redis://[::1]', 6379)).toEqual({ host: '::1', port: 6379 });
});

test('an open port of another kind of server is no sign of life', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const answers = await Promise.all([
    natsAnswers(`nats://127.0.0.1:${port}`),
    redisAnswers(`redis://127.0.0.1:${port}`),
    mongoAnswers(`mongodb://127.0.0.1:${port}`),
  ]);
  server.close();
  expect(answers).toEqual([false, false, false]);
});
