import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient } from '../support/api.js';
import { CountingService } from '../support/counting-service.js';
import { eventually, inParallel } from '../support/eventually.js';
import { allReady } from '../support/readiness.js';
import { startReplicas } from '../support/replicas.js';
import { Film } from './film.js';
import { measured, sumAt, untilMeasured } from '../support/measured.js';
import { kill, whileHung, withoutRestarts } from '../support/stopped.js';
import { targetOf } from './targets.js';

/** More than may wait (1,000). */
const MANY = 1_050;
/** More than may be due (100). */
const WAITING = 110;
/** Longer than it takes until all of these wait. */
const WAIT_SECONDS = 120;
/** More than may be taken over in a quarter of an hour (50), and less than an executor runs of one organisation (64). */
const RUNNING = 60;
const DYING = 5;
/** Executions whose entries are more than may wait (10,000), beside those that history takes at once (4,000). */
const LOOPS = 60;
const ITEMS = 600;
const CALLERS = 12;
const BACKLOG_MS = 5 * 60_000;

const QUEUES = {
  runs: { stream: 'RUNS' },
  timers: { stream: 'TIMERS', consumer: 'executor' },
  events: { stream: 'EVENTS', consumer: 'outbound' },
  journals: { consumer: 'history' },
};
const waitingIn = (queue: keyof typeof QUEUES) => () => measured('history', 'millrace_consumer_waiting', QUEUES[queue]);
const underWay = () => measured('history', 'millrace_consumer_under_way', QUEUES.runs);

/** All executors are killed at their work and not started again, while executions wait and others are started. */
export async function executorsAway(): Promise<Film> {
  const film = await Film.begin();
  const [waits, short] = await Promise.all([
    makeWorkflow({ type: 'wait', config: { duration: `${WAIT_SECONDS}s` } }),
    makeWorkflow({ type: 'transform', config: { output: 1 } }),
  ]);
  await allWaiting(await startAll(waits, WAITING));
  await atWork(DYING, async () => {
    await withoutRestarts(async () => {
      kill('executor');
      await startAll(short, MANY);
      await untilMeasured('executions wait', waitingIn('runs'), (waiting) => waiting > 1_000);
      await untilMeasured('timers are due', waitingIn('timers'), (waiting) => waiting > 100, BACKLOG_MS);
      await film.take('during', 3);
    });
    await allReady();
    await untilMeasured('no timer is due', waitingIn('timers'), (waiting) => waiting === 0, BACKLOG_MS);
    await nothingToRun();
  });
  await film.take('after', 2);
  return film;
}

/** An executor is killed with many executions under way, and not started again; another one takes them over. */
export async function takenOver(): Promise<Film> {
  return atWork(RUNNING, async () => {
    const replicas = await startReplicas(['executor']);
    try {
      const film = await Film.begin(replicas.map(targetOf));
      const replays = () => sumAt(replicas[0]?.healthUrl ?? '', 'millrace_executions_replayed_total');
      await withoutRestarts(async () => {
        kill('executor');
        await untilMeasured('executions are taken over', replays, (taken) => taken >= RUNNING);
        await film.take('during', 2);
      });
      await allReady();
      await nothingToRun();
      await film.take('after', 2);
      return film;
    } finally {
      await Promise.all(replicas.map((replica) => replica.stop()));
    }
  });
}

/** All dispatchers are killed and not started again, while executions end. */
export async function dispatchersAway(): Promise<Film> {
  const short = await makeWorkflow({ type: 'transform', config: { output: 1 } });
  const film = await Film.begin();
  await withoutRestarts(async () => {
    kill('webhook-dispatcher');
    await startAll(short, MANY);
    await untilMeasured('ends wait to be told', waitingIn('events'), (waiting) => waiting > 1_000, BACKLOG_MS);
    await film.take('during', 3);
  });
  await allReady();
  await nothingToRun();
  await untilMeasured('all is announced', waitingIn('events'), (waiting) => waiting === 0, BACKLOG_MS);
  await film.take('after', 2);
  return film;
}

/** The database hangs while executions run that have many entries in their journals. */
export async function databaseHung(): Promise<Film> {
  // Events of shorter waits share entries.
  const pause = { id: 'pause', type: 'wait', config: { duration: 0.05 } };
  const items = Array.from({ length: ITEMS }, (_, n) => n);
  const loops = await makeWorkflow({ type: 'loop', config: { items, steps: [pause] } });
  const film = await Film.begin();
  await startAll(loops, LOOPS);
  await whileHung('server:mongodb', async () => {
    await untilMeasured('entries wait', waitingIn('journals'), (waiting) => waiting > 10_000, BACKLOG_MS);
    await film.take('during', 3);
  });
  await allReady();
  await nothingToRun();
  await untilMeasured('all is written', waitingIn('journals'), (waiting) => waiting === 0, BACKLOG_MS);
  await film.take('after', 2);
  return film;
}

async function nothingToRun(): Promise<void> {
  await untilMeasured('nothing waits to be run', waitingIn('runs'), (waiting) => waiting === 0, BACKLOG_MS);
  await untilMeasured('nothing is run', underWay, (running) => running === 0, BACKLOG_MS);
}

/** Does something while so many executions have begun that go on for half a minute without being suspended. */
async function atWork<Result>(count: number, work: () => Promise<Result>): Promise<Result> {
  const service = await CountingService.start();
  try {
    // Longer waits are suspended.
    const waits = Array.from({ length: 30 }, () => ({ type: 'wait', config: { duration: '1s' } }));
    const call = { type: 'http', config: { method: 'POST', url: `${service.url}/begun`, body: {} } };
    await startAll(await makeWorkflow(call, ...waits), count);
    await eventually('all have begun', () => service.calls.length >= count || undefined);
    return await work();
  } finally {
    await service.stop();
  }
}

function makeWorkflow(...steps: readonly object[]): Promise<WorkflowResource> {
  return new ApiClient().create({
    name: 'Is in a backlog',
    steps: steps.map((step, n) => ({ id: `s${n}`, ...step })),
  });
}

function startAll({ id }: WorkflowResource, count: number): Promise<string[]> {
  const api = new ApiClient();
  return inParallel(Array.from({ length: count }), CALLERS, async () => (await api.execute(id)).execution_id);
}

async function allWaiting(ids: readonly string[]): Promise<void> {
  const api = new ApiClient();
  const isWaiting = async (id: string) => (await api.execution(id)).status === 'waiting' || undefined;
  await inParallel(ids, CALLERS, (id) => eventually(`${id} waits`, () => isWaiting(id), { everyMs: 500 }));
}
