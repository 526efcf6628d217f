import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionList, ExecutionResource, System, WorkflowResource } from '@millrace/contracts';
import { FakeHttpServer, mustCall, waitUntil } from '@millrace/testing';
import { Fleet } from '../installation/fleet.js';
import { HANGS_MS, Load } from '../installation/load.js';
import {
  leadersOf,
  startProductionNats,
  streamsWithFewerCopies,
  untilReady,
  type ProductionNats,
} from '../installation/production-nats.js';
import { SETTINGS, startServers, type Servers } from '../installation/servers.js';
import { REPOSITORY } from '../kubernetes/repository.js';

/*
 * All services over three NATS servers with three copies of everything, of which one after the other is killed under load, until each stream has lost the server
 * that led it. Executions are started by the API, a webhook and a schedule, wait for timers, sub-workflows and approvals, and their ends are sent as events: all
 * that was accepted ends once, no time of the schedule is left out, each event arrives, and nothing becomes a dead letter.
 */

/** A server that is killed leads some of the streams; more kills than these are not needed to have met the leaders of all. */
const KILLS_AT_MOST = 8;
/** How long a server is away. */
const AWAY_MS = 5_000;
/** Between two kills. */
const CALM_MS = 3_000;
const BEGIN_MS = 30 * 60_000;

let nats: ProductionNats;
let servers: Servers;
let service: FakeHttpServer;
let fleet: Fleet;
let load: Load;

beforeAll(async () => {
  service = await FakeHttpServer.start();
  service.otherwise({ body: { ok: true }, delayMs: 50 });
  servers = await startServers({ nats: async (passwords) => (nats = await startProductionNats(passwords)) });
  fleet = new Fleet(servers, {
    ...SETTINGS,
    MILLRACE_NATS_REPLICAS: '3',
    MILLRACE_NATS_MONITOR_URL: nats.monitorUrls.join(),
  });
  load = new Load(() => fleet.gateway, service);
  await fleet.begin(REPOSITORY);
  await allCopied();
}, BEGIN_MS);
afterAll(async () => {
  await load?.end();
  await fleet?.stop();
  await servers?.stop();
  await service?.stop();
}, 120_000);

function allCopied(): Promise<unknown> {
  const copied = async () => (await streamsWithFewerCopies(servers)).length === 0;
  return waitUntil('all streams to have three copies', copied, 300_000, { everyMs: 500 });
}

/** Kills servers until the leader of each stream was among them; how many that were. */
async function killLeaders(): Promise<number> {
  const met = new Set<string>();
  for (let kills = 1; kills <= KILLS_AT_MOST; kills++) {
    const leaders = await waitUntil('all streams to be led', async () => {
      const found = await leadersOf(servers);
      return found.size >= met.size && found.size > 0 ? found : undefined;
    });
    const led = (name: string) => [...leaders].filter(([stream, leader]) => leader === name && !met.has(stream));
    const victim = [...nats.servers].sort(
      (a, b) => led(b.name).length - led(a.name).length,
    )[0] as (typeof nats.servers)[0];
    for (const [stream] of led(victim.name)) met.add(stream);
    await victim.server.kill();
    await sleep(AWAY_MS);
    await victim.server.restart();
    await untilReady(nats.monitorUrls);
    await allCopied();
    if ([...leaders.keys()].every((stream) => met.has(stream)) && kills >= nats.servers.length) return kills;
    await sleep(CALM_MS);
  }
  throw new Error(`after ${KILLS_AT_MOST} kills only the leaders of ${[...met].join(', ')} were met`);
}

async function completed(id: string): Promise<unknown> {
  const ended = async () => {
    const found = await load.must<ExecutionResource>('GET', `/executions/${id}`);
    return found.status === 'running' || found.status === 'waiting' ? undefined : found;
  };
  const execution = await waitUntil('an execution to end', ended, 120_000, { everyMs: 100 });
  return [id, execution.status, execution.output];
}

/** Nominal times for which the schedule has called, in their order, each once. */
function ticks(): number[] {
  const times = service.callsTo('/tick').map(({ body }) => Date.parse((JSON.parse(body) as { at: string }).at));
  return [...new Set(times)].sort((a, b) => a - b);
}

/** Ids of the executions of which events came. */
function announced(): Set<string> {
  const ids = service.callsTo('/event').map(({ body }) => JSON.parse(body) as { data: { execution_id: string } });
  return new Set(ids.map(({ data }) => data.execution_id));
}

test('all that was accepted ends once, while each server of NATS that leads a stream is killed', async () => {
  await load.must('POST', '/event-subscriptions', { url: `${service.url}/event`, events: ['execution.completed'] });
  const at = { at: '{{trigger.scheduled_at}}' };
  const tick = { id: 'tick', type: 'http', config: { method: 'POST', url: `${service.url}/tick`, body: at } };
  const trigger = { type: 'schedule', config: { interval: '1s', catch_up: 'all' } };
  const schedule = await load.must<WorkflowResource>('POST', '/workflows', {
    name: 'Schedule',
    trigger,
    steps: [tick],
  });
  await load.begin();
  await sleep(CALM_MS);
  const kills = await killLeaders();
  await sleep(CALM_MS);
  await load.end();
  await load.must('POST', `/workflows/${schedule.id}/pause`);

  await waitUntil('what the schedule has started to end', async () => {
    const path = `/executions?workflow_id=${schedule.id}&status=running&limit=1`;
    return (await load.must<ExecutionList>('GET', path)).executions.length === 0;
  });
  const nothingGoesOn = async () => (await load.approve()) === 0 && (await load.hasEnded());
  await waitUntil('nothing to be asked any more', nothingGoesOn, 300_000, { everyMs: 250 });
  for (const [n, id] of load.accepted) expect(await completed(id)).toEqual([id, 'completed', { n: n * 10 + 1 }]);
  expect(load.wrong).toEqual([]);
  expectOnce();
  await waitUntil('the events', () => [...load.accepted.values()].every((id) => announced().has(id)));

  const operator = { base: fleet.gateway, token: servers.operatorToken, timeoutMs: HANGS_MS };
  const system = await mustCall<System>({ ...operator, method: 'GET', path: '/system' });
  expect(system.dead_letters?.count).toBe(0);
  expect(await fleet.stop()).toEqual([]);
  const [seen, refused, times] = [load.accepted.size, load.refused, ticks().length];
  process.stderr.write(
    `nats-cluster: ${kills} kills, ${seen} executions, ${times} by a schedule, ${refused} calls with 503, ${repeated()} calls repeated under their key\n`,
  );
}, 3_600_000);

/** Keys of calls that were made again, since the server that was to store their result was killed. */
const repeated = () => [...service.idempotencyKeys().values()].filter((count) => count > 1).length;

/** Each step has called under one key, and the schedule has started for each second. */
function expectOnce(): void {
  for (const step of ['before', 'inner', 'after']) {
    const keys = new Set(service.callsTo(`/${step}`).map(({ idempotencyKey }) => idempotencyKey));
    expect([step, keys.size]).toEqual([step, load.accepted.size]);
  }
  const times = ticks();
  const keysOfTicks = new Set(service.callsTo('/tick').map(({ idempotencyKey }) => idempotencyKey));
  expect(keysOfTicks.size).toBe(times.length);
  expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual(times.slice(1).map(() => 1_000));
  expect(times.length).toBeGreaterThan(10);
}
