import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Endpoints } from '../src/platform/endpoints.mjs';
import { anyFreePort } from '../src/ports.mjs';
import { identityOf, isRunning } from '../src/processes/identity.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import { temporaryFolder } from './temporary-folder.js';

jest.setTimeout(120_000);
const folder = temporaryFolder();
const localDir = join(__dirname, '..');
const repoRoot = join(folder, 'repo');

/** A service that is ready 100 ms after its start, like ours on the outside. */
const SERVICE = `
  const http = require('node:http');
  if (process.env.FAIL_SERVICE === __dirname.split('/').at(-2)) { console.error('MILLRACE_THING must be a number'); process.exit(1); }
  let ready = false;
  setTimeout(() => (ready = true), 100);
  const answer = (request, response) => { response.statusCode = ready ? 200 : 503; response.end('{}'); };
  http.createServer(answer).listen(Number(process.env.MILLRACE_HEALTH_PORT), '127.0.0.1');
  if (process.env.MILLRACE_PORT) http.createServer(answer).listen(Number(process.env.MILLRACE_PORT), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));`;

/** A checkout with nothing but such services, and the real commands. */
beforeAll(() => {
  for (const name of ['gateway', 'executor']) {
    mkdirSync(join(repoRoot, 'apps', name, 'dist'), { recursive: true });
    writeFileSync(join(repoRoot, 'apps', name, 'dist', 'main.js'), SERVICE);
  }
  mkdirSync(join(repoRoot, 'deploy'));
  symlinkSync(localDir, join(repoRoot, 'deploy', 'local'));
  const names = ['start', 'down', 'status', 'reset'] as const;
  for (const name of names) {
    const context =
      '{ repoRoot: process.env.TEST_REPO, env: process.env, services, json: true, yes: process.argv.includes("--yes"), background: false }';
    const services = `[{ name: 'executor', env: () => ({}) }, { name: 'gateway', env: (settings) => ({ MILLRACE_PORT: String(settings.publicPort) }) }]`;
    const module = JSON.stringify(join(localDir, 'src', 'commands', `${name}.mjs`));
    const script = `import { ${name}Command } from ${module};\nconst services = ${services};\nprocess.exitCode = await ${name}Command(${context});\n`;
    writeFileSync(join(repoRoot, `${name}.mjs`), script);
  }
});

function environment(home: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const runtime = process.env.MILLRACE_RUNTIME_DIR ?? join(localDir, '..', '..', '.millrace', 'runtime');
  const ours = {
    MILLRACE_HOME: join(folder, home),
    MILLRACE_RUNTIME_DIR: runtime,
    MILLRACE_SKIP_BUILD: '1',
    TEST_REPO: repoRoot,
  };
  return { ...process.env, ...ours, ...more };
}

interface Started {
  process: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

function start(env: NodeJS.ProcessEnv): Started {
  const child = spawn(process.execPath, [join(repoRoot, 'start.mjs')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { process: child, output: () => text, ended };
}

const run = (name: string, env: NodeJS.ProcessEnv, ...args: string[]) =>
  spawnSync(process.execPath, [join(repoRoot, `${name}.mjs`), ...args], { env, encoding: 'utf8' });
const endpointsFile = (home: string) => join(folder, home, 'endpoints.json');
const endpointsOf = (home: string) => JSON.parse(readFileSync(endpointsFile(home), 'utf8')) as Endpoints;

async function up(started: Started, home: string): Promise<Endpoints> {
  await waitUntil(() => existsSync(endpointsFile(home)), {
    timeoutMs: 60_000,
    giveUp: () => started.process.exitCode !== null,
  });
  if (!existsSync(endpointsFile(home))) throw new Error(started.output());
  await waitUntil(() => started.output().includes('Try:'), { timeoutMs: 5_000 });
  return endpointsOf(home);
}

test('everything comes up, tells where it is, restarts what is killed, and stops in order', async () => {
  const env = environment('whole');
  const started = start(env);
  const endpoints = await up(started, 'whole');
  expect(statSync(endpointsFile('whole')).mode & 0o777).toBe(0o600);
  expect(started.output()).toContain(endpoints.api_url);
  expect(started.output()).toContain(endpoints.token);
  expect(started.output()).toContain('127.0.0.1,localhost,::1');
  expect((await fetch(endpoints.api_url)).status).toBe(200);
  expect(JSON.parse(run('status', env).stdout)).toMatchObject({
    state: 'up',
    rows: expect.arrayContaining([expect.objectContaining({ name: 'gateway', healthy: true })]) as object,
  });

  const again = run('start', env);
  expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('already up')]);
  expect(run('reset', env, '--yes').status).toBe(1);

  const victims = [endpoints.services.executor?.pid, endpoints.servers.nats.pid, endpoints.servers.mongodb.pid].filter(
    (pid) => typeof pid === 'number',
  );
  for (const pid of victims) process.kill(pid, 'SIGKILL');
  const healed = () => {
    const now = endpointsOf('whole');
    const pids = [now.services.executor?.pid, now.servers.nats.pid, now.servers.mongodb.pid];
    return pids.every((pid) => typeof pid === 'number' && !victims.includes(pid));
  };
  expect(await waitUntil(healed, { timeoutMs: 20_000, everyMs: 50 })).toBe(true);
  expect(run('status', env).status).toBe(0);

  const survivors = [
    ...Object.values(endpointsOf('whole').services),
    ...Object.values(endpointsOf('whole').servers),
  ].map(({ pid }) => identityOf(pid as number));
  const down = run('down', env);
  expect([down.status, await started.ended]).toEqual([0, 0]);
  expect(survivors.filter((identity) => isRunning(identity))).toEqual([]);
  expect(existsSync(endpointsFile('whole'))).toBe(false);
  expect(run('status', env).status).toBe(3);
  expect(run('reset', env).status).toBe(1); // nobody to ask
  expect(run('reset', env, '--yes').status).toBe(0);
  expect(existsSync(join(folder, 'whole', 'data'))).toBe(false);
});

test('addresses and token stay the same over a restart, and two homes run side by side', async () => {
  const first = start(environment('left'));
  const left = await up(first, 'left');
  const second = start(environment('right'));
  const right = await up(second, 'right');
  expect(new Set([left.api_url, right.api_url, left.servers.nats.url, right.servers.nats.url]).size).toBe(4);
  expect(right.token).not.toBe(left.token);
  first.process.kill('SIGTERM');
  await first.ended;
  const third = start(environment('left'));
  const again = await up(third, 'left');
  for (const started of [second, third]) started.process.kill('SIGINT');
  await Promise.all([second.ended, third.ended]);
  expect([again.api_url, again.token, again.servers.mongodb.url]).toEqual([
    left.api_url,
    left.token,
    left.servers.mongodb.url,
  ]);
});

test('after kill -9 of the supervisor all its processes are gone, and the next start works', async () => {
  const env = environment('crashed');
  const started = start(env);
  const endpoints = await up(started, 'crashed');
  const all = [...Object.values(endpoints.services), ...Object.values(endpoints.servers)].map(({ pid }) =>
    identityOf(pid as number),
  );
  started.process.kill('SIGKILL');
  await started.ended;
  expect(await waitUntil(() => all.every((identity) => !isRunning(identity)), { timeoutMs: 5_000 })).toBe(true);
  expect(run('status', env).status).toBe(3);
  const next = start(env);
  await up(next, 'crashed');
  next.process.kill('SIGTERM');
  expect(await next.ended).toBe(0);
});

test('a service that refuses its configuration ends the start with its own words, and nothing is left running', async () => {
  const env = environment('refused', { FAIL_SERVICE: 'executor' });
  const started = start(env);
  expect(await started.ended).toBe(1);
  expect(started.output()).toContain('The service executor ended at once (exit code 1)');
  expect(started.output()).toContain('MILLRACE_THING must be a number');
  expect(run('status', env).status).toBe(3);
});

test('a service that is not built, and a taken MILLRACE_PORT, are refused before anything runs', async () => {
  const port = await anyFreePort();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  const started = start(environment('taken', { MILLRACE_PORT: String(port) }));
  expect(await started.ended).toBe(1);
  holder.close();
  expect(started.output()).toMatch(new RegExp(`Port ${port} \\(MILLRACE_PORT\\) is taken by .*pid ${process.pid}`));

  const empty = start({ ...environment('unbuilt'), TEST_REPO: join(folder, 'unbuilt-repo') });
  expect(await empty.ended).toBe(1);
  expect(existsSync(join(folder, 'unbuilt', 'data', 'nats'))).toBe(false);
});
