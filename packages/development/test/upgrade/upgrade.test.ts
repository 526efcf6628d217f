import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionList, ExecutionResource, System, WorkflowResource } from '@millrace/contracts';
import { ensurePreviousRelease } from '@millrace/local/previous-release';
import { FakeHttpServer, mustCall, waitUntil } from '@millrace/testing';
import { join } from 'node:path';
import { Fleet, IN_ORDER } from '../installation/fleet.js';
import { HANGS_MS, Load } from '../installation/load.js';
import { SETTINGS, startServers, type Servers } from '../installation/servers.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { LaneOfBursts } from './lane-of-bursts.js';

/*
 * Services of the previous release, then of this one, then of the previous one again, each replaced by itself under load, over the same servers: executions of
 * each release are finished by the other. None is lost, no call of a step is made twice, and no message becomes a dead letter.
 */

/** Building another release, on two busy cores. */
const BUILD_MS = 30 * 60_000;
/** Between two replacements of all services. */
const CALM_MS = 5_000;
/** Executions of each release that stay until the end: started at once, and so many that they are a burst. */
const STANDING = 60;

let previous: string;
let servers: Servers;
let service: FakeHttpServer;
let fleet: Fleet;
let load: Load;
let lane: LaneOfBursts;
/** Ids of executions by their numbers, which stay suspended until they are approved. */
const standing = new Map<number, string>();

beforeAll(async () => {
  const say = (text: string) => process.stderr.write(`upgrade: ${text}\n`);
  const runtimeDir = process.env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime');
  const release = await ensurePreviousRelease({ repoRoot: REPOSITORY, runtimeDir, env: process.env, say });
  say(`from ${release.name}`);
  previous = release.folder;
  service = await FakeHttpServer.start();
  service.otherwise({ body: { ok: true }, delayMs: 50 });
  servers = await startServers();
  fleet = new Fleet(servers, { ...SETTINGS, MILLRACE_NATS_MONITOR_URL: servers.nats.monitorUrls.join() });
  load = new Load(() => fleet.gateway, service);
  lane = await LaneOfBursts.of(servers);
  await fleet.begin(previous);
}, BUILD_MS);
afterAll(async () => {
  await load?.end();
  await fleet?.stop();
  await lane?.close();
  await servers?.stop();
  await service?.stop();
}, 120_000);

async function startStanding(workflow: WorkflowResource, first: number): Promise<void> {
  const path = `/workflows/${workflow.id}/execute`;
  const numbers = Array.from({ length: STANDING }, (_, index) => first + index);
  await Promise.all(
    numbers.map(async (n) => {
      const { execution_id: id } = await load.must<{ execution_id: string }>('POST', path, { input: { n } });
      standing.set(n, id);
    }),
  );
}

/**
 * Executors of the previous release do not know the lane of bursts, and those of this release publish to it too. So starts are paused, and an executor of this
 * release comes back for as long as the last one has left something there.
 */
async function rollBackExecutors(): Promise<void> {
  await asOperator('POST', '/system/starts/pause', { reason: 'Rollback' });
  expect(await lane.delivered()).toBeGreaterThan(0);
  await lane.empty();
  await fleet.replace('executor', previous);
  while ((await lane.messages()) > 0) {
    await fleet.replace('executor', REPOSITORY);
    await lane.empty();
    await fleet.replace('executor', previous);
  }
  await lane.removeConsumer();
  await asOperator('POST', '/system/starts/resume');
}

function asOperator<Body>(method: string, path: string, json?: object): Promise<Body> {
  return mustCall<Body>({ base: fleet.gateway, token: servers.operatorToken, method, path, json, timeoutMs: HANGS_MS });
}

async function completed(id: string): Promise<unknown> {
  const execution = await waitUntil(
    'an execution to end',
    async () => {
      const found = await load.must<ExecutionResource>('GET', `/executions/${id}`);
      return found.status === 'running' || found.status === 'waiting' ? undefined : found;
    },
    120_000,
    { everyMs: 100 },
  );
  return [id, execution.status, execution.output];
}

/** Nominal times for which the schedule has called, in their order, each as often as it did. */
function ticks(): number[] {
  const times = service.callsTo('/tick').map(({ body }) => Date.parse((JSON.parse(body) as { at: string }).at));
  return times.sort((a, b) => a - b);
}

test('all services are upgraded and rolled back under load: nothing is lost, nothing is done twice, nothing becomes a dead letter', async () => {
  const stands = await load.must<WorkflowResource>('POST', '/workflows', {
    ...{ name: 'Standing', trigger: { type: 'webhook' }, output: { n: '{{input.n}}' } },
    steps: [load.tell('begun'), { id: 'ask', type: 'approval', config: { message: 'Now?' } }, load.tell('ended')],
  });
  const at = { at: '{{trigger.scheduled_at}}' };
  const tick = { id: 'tick', type: 'http', config: { method: 'POST', url: `${service.url}/tick`, body: at } };
  const trigger = { type: 'schedule', config: { interval: '1s', catch_up: 'all' } };
  const schedule = await load.must<WorkflowResource>('POST', '/workflows', {
    name: 'Schedule',
    trigger,
    steps: [tick],
  });
  await load.begin();
  await startStanding(stands, 0);
  await sleep(CALM_MS);
  for (const name of IN_ORDER) await fleet.replace(name, REPOSITORY);
  await startStanding(stands, STANDING);
  await sleep(CALM_MS);
  for (const name of [...IN_ORDER].reverse()) {
    if (name === 'executor') await rollBackExecutors();
    else await fleet.replace(name, previous);
  }
  await sleep(CALM_MS);
  await load.end();
  await load.must('POST', `/workflows/${schedule.id}/pause`);

  await waitUntil('what the schedule has started to end', async () => {
    const path = `/executions?workflow_id=${schedule.id}&status=running&limit=1`;
    return (await load.must<ExecutionList>('GET', path)).executions.length === 0;
  });
  // Those that were started last ask only after their pauses.
  await waitUntil(
    'nothing to be asked any more',
    async () => (await load.approve()) === 0 && (await load.hasEnded()),
    300_000,
  );
  for (const [n, id] of load.accepted) expect(await completed(id)).toEqual([id, 'completed', { n: n * 10 + 1 }]);
  for (const [n, id] of standing) expect(await completed(id)).toEqual([id, 'completed', { n }]);
  expect(load.wrong).toEqual([]);
  expectOnce();

  const system = await asOperator<System>('GET', '/system');
  expect(system.dead_letters?.count).toBe(0);
  expect(await fleet.stop()).toEqual([]);
  const [seen, refused] = [load.accepted.size + standing.size, load.refused];
  process.stderr.write(`upgrade: ${seen} executions, ${ticks().length} by a schedule, ${refused} calls with 503\n`);
}, 3_600_000);

/** Each step has called once, and the schedule has started once for each second. */
function expectOnce(): void {
  const expected = { before: load.accepted.size, inner: load.accepted.size, after: load.accepted.size };
  const calls = { ...expected, begun: standing.size, ended: standing.size };
  const made = Object.keys(calls).map((step) => [step, service.callsTo(`/${step}`).length]);
  expect(Object.fromEntries(made)).toEqual(calls);
  expect([...service.idempotencyKeys().values()].filter((count) => count > 1)).toEqual([]);
  const times = ticks();
  expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual(times.slice(1).map(() => 1_000));
  expect(times.length).toBeGreaterThan(10);
}
