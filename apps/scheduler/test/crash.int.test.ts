import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS, newId, type RunRequest } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { Fixture, nominalTimesOf, unbroken } from './scheduler.fixture.js';
import { SchedulerProcess } from './scheduler-process.fixture.js';

const IS_LONG = process.env['MILLRACE_LONG'] === '1';
/** In the long form 1,000 schedules fire six times a minute. */
const [ROUNDS, SCHEDULES, EVERY_SECONDS] = IS_LONG ? [60, 1_000, 10] : [6, 30, 1];
/** So many of them are of one organisation: more than a scheduler starts of one at once. */
const OF_ONE = IS_LONG ? 400 : LIMITS.scheduleStartsAtOnce + 8;
/** In the long form that one has more to catch up with than two schedulers start of it in a minute. */
const BACKLOG_SECONDS = IS_LONG ? 180 : 0;

let fixture: Fixture;

beforeAll(async () => {
  fixture = await Fixture.open();
}, 180_000);
afterAll(() => fixture.close());

/** What was started, by workflow. */
async function startsByWorkflow(): Promise<Map<string, RunRequest[]>> {
  const found = new Map<string, RunRequest[]>();
  for (const run of await fixture.starts()) {
    const own = found.get(run.workflow_id) ?? [];
    own.push(run);
    found.set(run.workflow_id, own);
  }
  return found;
}

test('two schedulers that are killed in turns lose no time of any schedule and start none twice', async () => {
  const organisation_id = newId('organisation');
  const now = Date.now();
  const workflows = await Promise.all(
    Array.from({ length: SCHEDULES }, async (_, n) => {
      const isOfOne = n < OF_ONE;
      const workflow_id = newId('workflow');
      const owner = isOfOne ? organisation_id : newId('organisation');
      const since = isOfOne ? now - BACKLOG_SECONDS * 1_000 : now;
      const config = { interval: `${EVERY_SECONDS}s`, catch_up: 'all' };
      await fixture.publish([config], { since }, { organisation_id: owner, workflow_id });
      return { workflow_id, since };
    }),
  );
  const start = () => SchedulerProcess.start(fixture.environment);
  const replicas = [await start(), await start()];
  if (IS_LONG)
    await waitUntil(
      'as many starts of one organisation as two schedulers may make in a minute',
      async () => {
        const starts = await fixture.starts();
        const own = starts.filter((run) => run.organisation_id === organisation_id);
        return own.length >= 2 * LIMITS.scheduledStartsPerMinute;
      },
      300_000,
      { everyMs: 1_000 },
    );
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
      const starts = await startsByWorkflow();
      return workflows.every(({ workflow_id }) => {
        const own = starts.get(workflow_id) ?? [];
        return (nominalTimesOf(own).at(-1) ?? 0) >= until;
      });
    },
    120_000,
    { everyMs: 500 },
  );
  await Promise.all(replicas.map((replica) => replica.end('SIGTERM')));

  const everyMs = EVERY_SECONDS * 1_000;
  const starts = await startsByWorkflow();
  for (const { workflow_id, since } of workflows) {
    const own = starts.get(workflow_id) ?? [];
    const times = nominalTimesOf(own);
    const first = (Math.floor(since / everyMs) + 1) * everyMs;
    // From the first time behind its publication to one after the last kill.
    expect(times).toEqual(unbroken([first, ...times], everyMs));
    expect(new Set(own.map(({ execution_id }) => execution_id)).size).toBe(own.length);
  }
}, 1_200_000);
