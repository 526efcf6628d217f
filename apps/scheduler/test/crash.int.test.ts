import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, waitUntil } from '@millrace/testing';
import { Fixture, nominalTimesOf, unbroken } from './scheduler.fixture.js';

const MAIN = path.join(__dirname, '..', 'dist', 'main.js');
/** In the long form 1,000 schedules fire six times a minute. */
const [ROUNDS, SCHEDULES, EVERY_SECONDS] = process.env['MILLRACE_LONG'] === '1' ? [60, 1_000, 10] : [6, 25, 1];

let fixture: Fixture;

beforeAll(async () => {
  fixture = await Fixture.open();
}, 180_000);
afterAll(() => fixture.close());

/** Runs the built service as a process of its own, ready to be killed. */
async function startProcess(): Promise<ChildProcess> {
  const port = await freePort();
  const environment = { ...fixture.environment, MILLRACE_HEALTH_PORT: String(port), PATH: process.env.PATH };
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  await waitUntil(
    'the process to be ready',
    async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200,
    30_000,
  );
  return child;
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

test('two schedulers that are killed in turns lose no time of any schedule and start none twice', async () => {
  const workflows = await Promise.all(
    Array.from({ length: SCHEDULES }, () => fixture.publish([{ interval: `${EVERY_SECONDS}s`, catch_up: 'all' }])),
  );
  const replicas: ChildProcess[] = [await startProcess(), await startProcess()];
  for (let round = 0; round < ROUNDS; round++) {
    // At another moment of the second each time; every third time both, so that there is something to catch up with.
    await sleep(1_000 + ((round * 370) % 1_000));
    const victims = round % 3 === 2 ? [0, 1] : [round % 2];
    await Promise.all(victims.map((place) => end(replicas[place], 'SIGKILL')));
    for (const place of victims) replicas[place] = await startProcess();
  }
  const since = Date.now();
  await waitUntil(
    'all schedules to have come to the present',
    async () => {
      const starts = await fixture.starts();
      return workflows.every(({ workflow_id }) => {
        const own = starts.filter((run) => run.workflow_id === workflow_id);
        return (nominalTimesOf(own).at(-1) ?? 0) >= since;
      });
    },
    120_000,
    { everyMs: 500 },
  );
  await Promise.all(replicas.map((replica) => end(replica, 'SIGTERM')));

  const starts = await fixture.starts();
  for (const { workflow_id } of workflows) {
    const own = starts.filter((run) => run.workflow_id === workflow_id);
    const times = nominalTimesOf(own);
    expect(times).toEqual(unbroken(times, EVERY_SECONDS * 1_000));
    expect(new Set(own.map(({ execution_id }) => execution_id)).size).toBe(own.length);
    expect(times.length).toBeGreaterThan(ROUNDS / EVERY_SECONDS);
  }
}, 1_200_000);
