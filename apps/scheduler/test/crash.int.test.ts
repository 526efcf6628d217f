import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '@millrace/testing';
import { Fixture, nominalTimesOf, unbroken } from './scheduler.fixture.js';
import { SchedulerProcess } from './scheduler-process.fixture.js';

/** In the long form 1,000 schedules fire six times a minute. */
const [ROUNDS, SCHEDULES, EVERY_SECONDS] = process.env['MILLRACE_LONG'] === '1' ? [60, 1_000, 10] : [6, 25, 1];

let fixture: Fixture;

beforeAll(async () => {
  fixture = await Fixture.open();
}, 180_000);
afterAll(() => fixture.close());

test('two schedulers that are killed in turns lose no time of any schedule and start none twice', async () => {
  const since = Date.now();
  const workflows = await Promise.all(
    Array.from({ length: SCHEDULES }, () =>
      fixture.publish([{ interval: `${EVERY_SECONDS}s`, catch_up: 'all' }], { since }),
    ),
  );
  const start = () => SchedulerProcess.start(fixture.environment);
  const replicas = [await start(), await start()];
  for (let round = 0; round < ROUNDS; round++) {
    // At another moment of the second each time; every third time both, so that there is something to catch up with.
    await sleep(1_000 + ((round * 370) % 1_000));
    const victims = round % 3 === 2 ? [0, 1] : [round % 2];
    await Promise.all(victims.map((place) => (replicas[place] as SchedulerProcess).end('SIGKILL')));
    for (const place of victims) replicas[place] = await start();
  }
  const until = Date.now();
  await waitUntil(
    'all schedules to have come to the present',
    async () => {
      const starts = await fixture.starts();
      return workflows.every(({ workflow_id }) => {
        const own = starts.filter((run) => run.workflow_id === workflow_id);
        return (nominalTimesOf(own).at(-1) ?? 0) >= until;
      });
    },
    120_000,
    { everyMs: 500 },
  );
  await Promise.all(replicas.map((replica) => replica.end('SIGTERM')));

  const starts = await fixture.starts();
  const everyMs = EVERY_SECONDS * 1_000;
  const first = (Math.floor(since / everyMs) + 1) * everyMs;
  for (const { workflow_id } of workflows) {
    const own = starts.filter((run) => run.workflow_id === workflow_id);
    const times = nominalTimesOf(own);
    // From the first time behind its publication to one after the last kill.
    expect(times).toEqual(unbroken([first, ...times], everyMs));
    expect(new Set(own.map(({ execution_id }) => execution_id)).size).toBe(own.length);
  }
}, 1_200_000);
