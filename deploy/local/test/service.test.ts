import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { dirname, join } from 'node:path';
import type { Failure } from '../src/failure.mjs';
import { homePaths } from '../src/paths.mjs';
import { anyFreePort } from '../src/ports.mjs';
import { readyWithin, READY_WITHIN_MS } from '../src/platform/ready-within.mjs';
import { describeServices, entryOf } from '../src/platform/service-descriptions.mjs';
import { serviceUnits } from '../src/platform/service-units.mjs';
import { patienceAfter, startService } from '../src/platform/service.mjs';
import { startServerProcess } from '../src/servers/running-server.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

it('a service that was not ready in time has twice as long at its next start, up to eight minutes, and a minute once it was', () => {
  const patience = [READY_WITHIN_MS];
  for (const wasReady of [false, false, false, false, true, false])
    patience.push(patienceAfter(patience.at(-1) ?? 0, wasReady));
  expect(patience.map((ms) => ms / READY_WITHIN_MS)).toEqual([1, 2, 4, 8, 8, 1, 2]);
});

it('the time that a service has to get ready is a setting', () => {
  expect(readyWithin({})).toBe(60_000);
  expect(readyWithin({ MILLRACE_READY_SECONDS: '300' })).toBe(300_000);
  for (const text of ['0', '-1', 'soon', '1e9'])
    expect(() => readyWithin({ MILLRACE_READY_SECONDS: text })).toThrow('MILLRACE_READY_SECONDS');
});

it('services that do not say their settings in time end the start with the time that they had, and how to give more', async () => {
  const repository = join(folder, 'slow-repository');
  const dist = join(repository, 'apps', 'slow', 'dist');
  const source = join(repository, 'apps', 'slow', 'src');
  for (const made of [join(dist, 'program'), source]) mkdirSync(made, { recursive: true });
  writeFileSync(join(source, 'manifest.ts'), '');
  writeFileSync(join(dist, 'program', 'main.js'), '');
  writeFileSync(join(dist, 'manifest.js'), 'setInterval(() => {}, 1_000); await new Promise(() => {});');
  const messaging = join(repository, 'packages', 'messaging', 'dist');
  mkdirSync(messaging, { recursive: true });
  writeFileSync(join(messaging, 'permissions.js'), 'export const natsUsers = () => [];');
  writeFileSync(join(repository, 'package.json'), '{ "type": "module" }');
  const failure = (await describeServices(repository, 1_000).catch((error: unknown) => error)) as Failure;
  expect(failure.message).toBe('The built services did not say their settings within 1 s.');
  expect(failure.cure).toContain('MILLRACE_READY_SECONDS=5');
});

it('a service or server that fails is quoted from its own start on, and not from what ran before', async () => {
  const entry = entryOf(folder, 'failing');
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, 'console.log("why it fails"); process.exit(1);');
  const logFile = join(folder, 'failing.log');
  writeFileSync(logFile, 'a line of the run before\n'.repeat(30));
  const own = { name: 'failing', env: process.env, logFile };
  const service = { ...own, entry, heapMb: 64, cwd: folder, healthUrl: 'http://127.0.0.1:1' };
  const failed = (await startService(service).catch((error: unknown) => error)) as Failure;
  expect(failed.cure).toMatch(/^Last lines of .*:\nwhy it fails$/);
  const launch = { kind: 'program' as const, path: process.execPath };
  const server = { ...own, launch, dataDir: join(folder, 'data'), ready: () => Promise.resolve(false) };
  const argv = () => ['node', '-e', 'console.log("why that fails")'];
  const other = (await startServerProcess({ ...server, argv, env: {} }).catch((error: unknown) => error)) as Failure;
  expect(other.cure).toMatch(/^Last lines of .*:\nwhy that fails$/);
});

const NEVER_READY = 'setInterval(() => {}, 1_000);';
const ready = (port: number): string =>
  `require('node:http').createServer((_, response) => response.end()).listen(${port}, '127.0.0.1');`;
const unready = (port: number): string =>
  `require('node:http').createServer((_, response) => response.writeHead(503).end('waits for NATS')).listen(${port}, '127.0.0.1');`;

interface UnitOptions {
  readonly scalesBy?: 'cpu' | 'backlog';
  readonly env?: NodeJS.ProcessEnv;
  readonly readyWithinMs?: number;
}

/** A service of a repository that has only this one, which listens at `port`. */
function unitOf(
  name: string,
  port: number,
  { scalesBy = 'cpu', env = {}, readyWithinMs = READY_WITHIN_MS }: UnitOptions = {},
) {
  mkdirSync(dirname(entryOf(folder, name)), { recursive: true });
  const paths = homePaths(folder, {});
  mkdirSync(paths.logs, { recursive: true });
  const [unit] = serviceUnits({
    repoRoot: folder,
    paths,
    env,
    services: [{ name, heapMb: 64, settings: [], environmentPrefixes: [], scalesBy }] as never,
    facts: { natsUrlOf: () => '', health: { [name]: port }, dataDirs: [], mailPorts: {} } as never,
    readyWithinMs,
  });
  if (unit === undefined) throw new Error('There is no unit');
  return unit;
}

it('a service is started with the patience that its start before leaves it', async () => {
  const port = await anyFreePort();
  const entry = entryOf(folder, 'patient');
  const becomes = (program: string) => writeFileSync(entry, program);
  const unit = unitOf('patient', port, { readyWithinMs: 500 });
  const start = () => unit.start(new AbortController().signal);
  becomes(NEVER_READY);
  await expect(start()).rejects.toThrow('was not ready within 0.5 s');
  const failure = (await start().catch((error: unknown) => error)) as Failure;
  expect(failure.message).toContain(
    'The service patient was not ready within 1 s: nothing responds at http://127.0.0.1:',
  );
  expect(failure.cure).toContain('patient.log (npm run logs -- patient)');
  expect(failure.cure).toContain('MILLRACE_READY_SECONDS=5');
  becomes(unready(port));
  // On a busy machine it takes a while until it says anything.
  let said = '';
  for (let more = 0; !said.includes('503') && more < 10; more++)
    said = await start().then(
      () => 'ready',
      (error: unknown) => String(error),
    );
  expect(said).toContain('/health/ready says 503 waits for NATS');
  becomes(ready(port));
  // On a busy machine four seconds may be too few for it.
  let running = await start().catch(() => undefined);
  for (let more = 0; running === undefined && more < 10; more++) running = await start().catch(() => undefined);
  await running?.kill();
  becomes(NEVER_READY);
  await expect(start()).rejects.toThrow('was not ready within 0.5 s');
}, 120_000);

/** Of each of its threads on Linux, where `npm start` may have them differ. */
function prioritiesOf(pid: number): Set<number> {
  const threads = process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
  return new Set(threads.map((thread) => getPriority(thread)));
}

/** What Linux weighs its session by, beside others. */
const groupOf = (pid: number): string | undefined =>
  existsSync(`/proc/${pid}/autogroup`)
    ? readFileSync(`/proc/${pid}/autogroup`, 'utf8').split(' ').at(-1)?.trim()
    : undefined;

it('on request what works from a queue lets others go first on a busy machine, with all of its threads, and what callers wait for does not', async () => {
  const first = { MILLRACE_ACCEPT_FIRST: 'yes' };
  const options: UnitOptions[] = [
    { scalesBy: 'backlog', env: first },
    { scalesBy: 'cpu', env: first },
    { scalesBy: 'backlog' },
  ];
  const running = await Promise.all(
    options.map(async (one, index) => {
      const port = await anyFreePort();
      const unit = unitOf(`unit-${index}`, port, one);
      writeFileSync(entryOf(folder, `unit-${index}`), ready(port));
      return unit.start(new AbortController().signal);
    }),
  );
  const [own, behind] = [new Set([getPriority()]), new Set([Math.min(getPriority() + 10, 19)])];
  expect(running.map(({ pid }) => prioritiesOf(pid))).toEqual([behind, own, own]);
  const groups = existsSync('/proc/self/autogroup') ? ['10', '0', '0'] : [undefined, undefined, undefined];
  expect(running.map(({ pid }) => groupOf(pid))).toEqual(groups);
  await Promise.all(running.map((one) => one.kill()));
}, 120_000);
