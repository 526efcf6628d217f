import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { homePaths } from '../src/paths.mjs';
import { startPlatform } from '../src/platform/platform.mjs';
import { anyFreePort } from '../src/ports.mjs';
import { findRuntime } from '../src/runtime/private-runtime.mjs';
import { chooseSources } from '../src/servers/discovery.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import {
  endpointsFile,
  endpointsOf,
  environment,
  folder,
  localDir,
  repoRoot,
  run,
  spawnSupervisor,
  start,
  up,
} from './platform.fixture.js';

test('a NATS that says it does not work any more is started again, and the status says why', async () => {
  const env = environment('failed-write');
  const started = start(env);
  const { servers } = await up(started, 'failed-write');
  // From now on each file that this process writes beyond 64 KiB fails, as on a disk that has a fault.
  const limited = spawnSync('prlimit', ['--pid', String(servers.nats.pid), `--fsize=${64 * 1024}`]);
  expect(limited.status).toBe(0);
  const { username: user, password: pass, port } = new URL(servers.nats.url);
  const connection = await connect({ servers: `127.0.0.1:${port}`, user, pass, reconnect: false });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'FAULTY', subjects: ['faulty'] });
  for (let index = 0; index < 40; index += 1) connection.publish('faulty', Buffer.alloc(8 * 1024));
  await connection.close();
  const healed = () => (endpointsOf('failed-write').servers.nats.restarts ?? 0) > 0;
  expect(await waitUntil(healed, { timeoutMs: 60_000, everyMs: 100 })).toBe(true);
  const status = run('status', env);
  started.process.kill('SIGTERM');
  await started.ended;
  expect(status.stdout).toContain('NATS says \\"unavailable\\"');
  expect(started.output()).toContain('restarting it');
});

test('the supervisor outlives a disk that takes nothing, and writes what runs where when it can again', async () => {
  const home = 'full-disk';
  const env = environment(home);
  mkdirSync(join(folder, home), { recursive: true });
  const output = openSync(join(folder, home, 'output.log'), 'a');
  const child = spawnSupervisor(env, output);
  closeSync(output);
  const ended = new Promise((resolve) => child.once('close', resolve));
  expect(await waitUntil(() => existsSync(endpointsFile(home)), { timeoutMs: 60_000, everyMs: 50 })).toBe(true);
  const filesOf = (limit: string) =>
    spawnSync('prlimit', ['--pid', String(child.pid), `--fsize=${limit}:unlimited`]).status;
  expect(filesOf('0')).toBe(0);
  const before = endpointsOf(home).services.executor?.pid as number;
  const ready = () =>
    fetch(`${endpointsOf(home).services.executor?.health_url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  process.kill(before, 'SIGKILL');
  await waitUntil(async () => !(await ready()), { timeoutMs: 10_000 });
  expect(await waitUntil(ready, { timeoutMs: 30_000, everyMs: 50 })).toBe(true);
  expect(endpointsOf(home).services.executor?.pid).toBe(before); // could not be written
  expect(filesOf('unlimited')).toBe(0);
  const written = () => ![null, before].includes(endpointsOf(home).services.executor?.pid ?? null);
  expect(await waitUntil(written, { timeoutMs: 20_000, everyMs: 50 })).toBe(true);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('ports that other programs take during set-up, and at the last moment, are given up for others', async () => {
  const paths = homePaths(join(folder, 'thieves'), environment('thieves'));
  const preferred = { public: await anyFreePort(), nats: await anyFreePort() };
  mkdirSync(paths.home, { recursive: true });
  writeFileSync(paths.portsFile, JSON.stringify(preferred));
  const thieves: Server[] = [];
  const take = async (port: number) => {
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve));
    thieves.push(thief);
  };
  const env = environment('thieves');
  const runtimeOptions = { runtimeDir: paths.runtime, ferretdbDir: join(localDir, 'ferretdb'), env };
  const sources = chooseSources(runtimeOptions);
  const notes: string[] = [];
  let stolen = false;
  const platform = startPlatform({
    repoRoot,
    paths,
    env,
    sources,
    runtime: () => Promise.resolve(findRuntime(runtimeOptions)),
    // As if this took minutes.
    prepared: () => take(preferred.nats),
    progress: {
      note: (text) => void notes.push(text),
      async track(name, work) {
        // The servers are up, the ports of the services are chosen, and none of them is started yet.
        if (name === 'services' && !stolen) {
          stolen = true;
          await take(preferred.public);
        }
        return work(() => undefined);
      },
    },
  });
  const { endpoints } = await platform.ready;
  const status = (await fetch(endpoints.api_url)).status;
  await platform.stop();
  await Promise.all(thieves.map((thief) => new Promise((resolve) => thief.close(resolve))));
  expect(status).toBe(200);
  expect(endpoints.servers.nats.url).not.toContain(`:${preferred.nats}`);
  expect(endpoints.api_url).not.toContain(`:${preferred.public}/`);
  // Chosen when it was taken already: nothing was tried with it.
  expect(notes.join('\n')).not.toContain(`Port ${preferred.nats} was taken`);
  expect(notes.join('\n')).toMatch(new RegExp(`Port ${preferred.public} was taken meanwhile by .*pid ${process.pid}`));
});
