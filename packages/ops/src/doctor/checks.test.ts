import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemEndpoints, type System } from '@millrace/contracts/http';
import { FakeHttpServer } from '@millrace/testing';
import { OperatorApi } from '../operator-api.js';
import { checkClock, checkInstallation, checkPublicUrl } from './installation-checks.js';
import { checkRedis } from './redis-check.js';
import { checkMasterKeys, checkMongo, checkNats } from './server-checks.js';

/** What is wrong is found, each with a cure. */
let server: FakeHttpServer;
let apiUrl: string;
let system: System;
let httpStatus: number;

beforeAll(async () => {
  server = await FakeHttpServer.start();
  server.on('/v1/system', () => ({ status: httpStatus, body: system }));
  server.otherwise(({ path }) => ({ status: httpStatus, body: { url: path } }));
  apiUrl = `${server.url}/v1`;
});
beforeEach(() => {
  httpStatus = 200;
  system = structuredClone(systemEndpoints.get.answer.example) as unknown as System;
});
afterAll(() => server?.stop());

const api = () => new OperatorApi({ apiUrl, operatorToken: 'operator-token' });
const wrong = async (natsReplicas = 1) =>
  (await checkInstallation(api(), { natsReplicas }))
    .filter(({ status }) => status !== 'ok')
    .map(({ check, status, cure }) => [check, status, cure !== null]);

test('an installation that is as it should be has nothing wrong', async () => {
  expect(await wrong()).toEqual([]);
});

test('services that are missing, fail or run as two releases are found', async () => {
  const [executor] = system.services as [System['services'][number]];
  const [replica] = executor.replicas as [System['services'][number]['replicas'][number]];
  const failing = [{ check: 'mongodb', detail: 'not connected' }];
  system.services = [
    { ...executor, service: 'gateway', replicas: [] },
    { ...executor, service: 'history', replicas: [{ ...replica, failing }] },
    { ...executor, service: 'scheduler', versions: ['0.1.0', '0.2.0'] },
  ];
  system.sources = [{ source: 'email-ingest', answered: false, error: 'no reply' }];
  expect(await wrong()).toEqual([
    ['email-ingest', 'failed', true],
    ['service gateway', 'failed', true],
    ['service history', 'failed', true],
    ['service scheduler', 'warning', true],
  ]);
});

test('one process of a service is too few where each stream has several copies, and nowhere else', async () => {
  const [executor] = system.services as [System['services'][number]];
  expect(executor.replicas).toHaveLength(1);
  expect(await wrong(1)).toEqual([]);
  expect(await wrong(3)).toEqual([['service executor', 'warning', true]]);
  const [replica] = executor.replicas as [System['services'][number]['replicas'][number]];
  system.services = [{ ...executor, replicas: [replica, replica] }];
  expect(await wrong(3)).toEqual([]);
});

test('a process that is drained is found, and is none that a service has', async () => {
  const [executor] = system.services as [System['services'][number]];
  const [replica] = executor.replicas as [System['services'][number]['replicas'][number]];
  const drained = { ...replica, status: 'drained' as const };
  system.services = [{ ...executor, replicas: [drained, replica] }];
  expect(await wrong()).toEqual([['service executor', 'warning', true]]);
  system.services = [{ ...executor, replicas: [drained] }];
  expect(await wrong()).toEqual([['service executor', 'failed', true]]);
});

test('a backlog, dead letters and a pause are found', async () => {
  system.queues = system.queues.map((queue) => ({ ...queue, ok: false }));
  system.timers = { set: 0, due: 200, normal: '', ok: false };
  system.dead_letters = { count: 2, normal: '', ok: false };
  system.starts = { paused: true, since: null, reason: null, normal: '', ok: false };
  expect((await wrong()).map(([check]) => check)).toEqual(['queue RUNS', 'timers', 'dead letters', 'starts']);
});

test('clocks that differ are found, and those that agree within what a header can say are not', async () => {
  const status = async (offset: number) => (await checkClock({ apiUrl }, () => Date.now() + offset)).status;
  expect([await status(0), await status(-60_000), await status(60_000)]).toEqual(['ok', 'failed', 'failed']);
});

test('an address that leads elsewhere, or nowhere, is found', async () => {
  const publicUrl = apiUrl.replace(/\/v1$/, '');
  expect((await checkPublicUrl({ publicUrl: `${publicUrl}/elsewhere`, apiUrl })).status).toBe('failed');
  expect((await checkPublicUrl({ publicUrl: 'http://127.0.0.1:1', apiUrl })).status).toBe('failed');
  expect((await checkPublicUrl({ publicUrl, apiUrl })).status).toBe('ok');
  httpStatus = 404;
  expect((await checkPublicUrl({ publicUrl, apiUrl })).status).toBe('failed');
});

test('an address of another machine by which tokens go in clear text is found', async () => {
  // This machine by a name that is not known to be one of it.
  const publicUrl = apiUrl.replace('127.0.0.1', '[::ffff:127.0.0.1]').replace(/\/v1$/, '');
  const { status, found } = await checkPublicUrl({ publicUrl, apiUrl });
  expect([status, found]).toEqual(['warning', expect.stringContaining('is not encrypted')]);
});

test('servers that are not there are found', async () => {
  const found = await Promise.all([
    checkNats({ natsUrl: 'nats://127.0.0.1:1', natsReplicas: 1 }).then(([first]) => first),
    checkMongo({ mongodbUrl: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500' }),
    checkRedis({ redisUrl: 'redis://127.0.0.1:1' }).then(([first]) => first),
  ]);
  expect(found.map((one) => [one?.check, one?.status])).toEqual([
    ['nats', 'failed'],
    ['mongodb', 'failed'],
    ['redis', 'failed'],
  ]);
});

test('a file of master keys that is none is found, and nothing of it is repeated', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ops-')), 'master-keys');
  writeFileSync(file, 'k1 correct-horse\n');
  const finding = checkMasterKeys({ masterKeysFile: file });
  expect(finding.status).toBe('failed');
  expect(JSON.stringify(finding)).not.toContain('correct-horse');
  expect(checkMasterKeys({ masterKeysFile: undefined }).status).toBe('skipped');
});
