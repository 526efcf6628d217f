import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { homePaths, resolveHome } from '../src/paths.mjs';
import { readEndpoints, writeEndpoints } from '../src/platform/endpoints.mjs';
import { currentOwner, takeHome } from '../src/platform/ownership.mjs';
import { addMasterKey, devToken, masterKeysFile } from '../src/platform/secrets.mjs';
import { identityOf, isRunning } from '../src/processes/identity.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

function newHome(name: string) {
  const paths = homePaths(join(folder, name), {});
  mkdirSync(paths.home, { recursive: true });
  return paths;
}

test('MILLRACE_HOME moves the home, and MILLRACE_RUNTIME_DIR lets homes share a runtime', () => {
  expect(resolveHome('/repo', {})).toBe('/repo/.millrace');
  expect(resolveHome('/repo', { MILLRACE_HOME: '/elsewhere' })).toBe('/elsewhere');
  expect(homePaths('/home', {}).runtime).toBe('/home/runtime');
  expect(homePaths('/home', { MILLRACE_RUNTIME_DIR: '/shared' }).runtime).toBe('/shared');
});

test('the development token is made once and only its owner can read it', () => {
  const { secrets } = newHome('token');
  const token = devToken(secrets);
  expect(token).toMatch(/^mr_dev_[0-9a-f]{48}$/);
  expect(devToken(secrets)).toBe(token);
  expect([modeOf(secrets), modeOf(join(secrets, 'dev-token'))]).toEqual(['700', '600']);
});

test('master keys are made once, a new one comes in front of the others, and only their owner can read them', () => {
  const { secrets } = newHome('master-keys');
  const linesOf = (file: string) => readFileSync(file, 'utf8').trim().split('\n');
  const file = masterKeysFile(secrets);
  const [first = ''] = linesOf(file);
  expect(first).toMatch(/^\d{4}-\d{2}-\d{2}-[0-9a-f]{8} [\w+/]{43}=$/);
  expect(linesOf(masterKeysFile(secrets))).toEqual([first]);
  const id = addMasterKey(secrets);
  expect(linesOf(file)).toEqual([expect.stringMatching(`^${id} `), first]);
  expect(modeOf(file)).toBe('600');
});

test('the endpoints file, which holds the token, is readable only by its owner', () => {
  const { endpointsFile } = newHome('endpoints');
  const server = { url: 'nats://127.0.0.1:1', pid: 1 };
  writeEndpoints(endpointsFile, {
    api_url: 'http://localhost:3000/v1',
    webhook_url: 'http://localhost:3000/v1/webhooks',
    token: 'secret',
    operator_token: 'secret',
    servers: { nats: server, redis: server, mongodb: server },
    services: {},
    supervisor_pid: 1,
    started_at: new Date(0).toISOString(),
  });
  expect(modeOf(endpointsFile)).toBe('600');
  expect(readEndpoints(endpointsFile)?.servers.nats).toEqual(server);
});

test('a home taken by a living process has an owner, a released one has none', () => {
  const paths = newHome('owner');
  const home = takeHome(paths);
  expect(currentOwner(paths)).toMatchObject({ state: 'starting', supervisor: { pid: process.pid } });
  home.update('up', [process.pid]);
  expect(currentOwner(paths)?.state).toBe('up');
  home.release();
  expect(currentOwner(paths)).toBeUndefined();
});

test('files left by a power loss are recognised although their pid belongs to another process now', () => {
  const paths = newHome('stale');
  const reused = { pid: process.pid, start: 'another-boot-123' };
  writeFileSync(paths.supervisorFile, JSON.stringify({ supervisor: reused, state: 'up', children: [reused] }));
  writeFileSync(paths.endpointsFile, '{"half": ');
  expect(currentOwner(paths)).toBeUndefined();
  expect(readEndpoints(paths.endpointsFile)).toBeUndefined();
  takeHome(paths).release(); // must not kill the process that has the pid now: this one
  expect(isRunning(identityOf(process.pid))).toBe(true);
});

test('processes that outlived their supervisor are ended by the next one', async () => {
  const paths = newHome('orphans');
  const orphan = spawn('sleep', ['60']);
  const ended = new Promise((resolve) => orphan.once('exit', (_code, signal) => resolve(signal)));
  const gone = { pid: 2 ** 22 + 1, start: 'gone' };
  writeFileSync(
    paths.supervisorFile,
    JSON.stringify({ supervisor: gone, state: 'up', children: [identityOf(orphan.pid as number)] }),
  );
  takeHome(paths).release();
  expect(await ended).toBe('SIGKILL');
});

test('a second process that takes the same home at the same moment is refused', () => {
  const paths = newHome('twice');
  const home = takeHome(paths);
  expect(JSON.parse(readFileSync(paths.supervisorFile, 'utf8'))).toMatchObject({ state: 'starting' });
  expect(() => takeHome(paths)).toThrow('Another process');
  home.release();
});
