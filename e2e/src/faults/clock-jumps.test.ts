import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleList, WorkflowResource } from '@millrace/contracts';
import { SeededRandom } from '@millrace/testing';
import { ApiClient } from '../support/api.js';
import { CountingService } from '../support/counting-service.js';
import { eventually, inParallel } from '../support/eventually.js';
import { nominalTimes } from '../support/nominal-times.js';
import { readEndpoints } from '../support/platform.js';
import { startReplicas, type Replica } from '../support/replicas.js';

/*
 * The clocks of services are set back and forth by hours and days while executions run and wait. That of NATS, which keeps the timers, is not: machines disagree. Whatever the
 * clocks say, each execution completes, and each call is made once; and schedules start at each of their times.
 */

const EXECUTIONS = process.env['MILLRACE_E2E_LONG'] ? 300 : 24;
const SEED = Number(process.env['MILLRACE_E2E_SEED'] ?? 4_711);
const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
/** Entries that an execution of this test writes at most, whoever wakes it: one that was woken again and again would have thousands. */
const MOST_WAKES = 8;

const api = new ApiClient();
const folder = mkdtempSync(join(tmpdir(), 'millrace-clock-'));
const file = join(folder, 'offset');
let service: CountingService;
let replicas: Replica[] = [];
let workflow: WorkflowResource;
/** Started every second by a scheduler whose clock is set, and by one whose is not, as long as all of this goes on. */
let scheduled: WorkflowResource;

const setClock = async (offset: number): Promise<void> => {
  writeFileSync(file, String(offset));
  // Until all have looked.
  await sleep(150);
};

beforeAll(async () => {
  await setClock(0);
  service = await CountingService.start();
  const preload = pathToFileURL(join(__dirname, 'moved-clock.mjs')).href;
  const settings = { NODE_OPTIONS: `--import=${preload}`, MILLRACE_TEST_CLOCK_FILE: file };
  replicas = await startReplicas(['executor', 'executor', 'executor', 'history', 'gateway', 'scheduler'], settings);
  const tell = (id: string) => ({
    id,
    type: 'http',
    config: { method: 'POST', url: `${service.url}/${id}`, body: { n: '{{input.n}}' } },
  });
  workflow = await api.create({
    name: 'Clocks',
    steps: [tell('first'), { id: 'pause', type: 'wait', config: { duration: '3s' } }, tell('last')],
    output: { n: '{{input.n}}' },
  });
  scheduled = await api.create({
    name: 'Clocks of schedulers',
    trigger: { type: 'schedule', config: { interval: '1s', catch_up: 'all' } },
    steps: [{ id: 'one', type: 'transform', config: { output: 1 } }],
  });
});
afterAll(async () => {
  if (scheduled) await api.call('DELETE', `/workflows/${scheduled.id}`);
  await Promise.all(replicas.map((replica) => replica.stop()));
  await service?.stop();
  rmSync(folder, { recursive: true });
});

/** Starts so many, by the gateway whose clock is set too. */
async function start(count: number, from: number): Promise<string[]> {
  const gateway = new ApiClient(readEndpoints().token, replicas.find(({ name }) => name === 'gateway')!.apiUrl);
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  return inParallel(numbers, 4, async (n) => (await gateway.execute(workflow.id, { n })).execution_id);
}

const waiting = (ids: readonly string[]) =>
  inParallel(ids, 8, (id) =>
    eventually(`${id} waits or has ended`, async () => {
      const { status } = await api.execution(id);
      return status === 'running' ? undefined : status;
    }),
  );

test('clocks that are set lose no execution, wake none over and over, and repeat no call', async () => {
  process.stderr.write(`faults/clock-jumps: MILLRACE_E2E_SEED=${SEED}\n`);
  const random = new SeededRandom(SEED);
  const third = EXECUTIONS / 3;
  // Each third waits by the right clock; while it does, or just before its wait, clocks are set.
  const forth = await start(third, 0);
  await waiting(forth);
  await setClock((1 + random.below(48)) * HOUR);
  const endedForth = await inParallel(forth, 8, (id) => api.ended(id, 120_000));
  await setClock(0);
  const back = await start(third, third);
  await waiting(back);
  await setClock(-(1 + random.below(48)) * HOUR);
  const endedBack = await inParallel(back, 8, (id) => api.ended(id, 120_000));
  // Begun by clocks that are behind, ended by right ones, or those that are set back once more.
  const behind = await start(third, 2 * third);
  await sleep(random.below(3_000));
  await setClock(-49 * HOUR);
  const endedBehind = await inParallel(behind, 8, (id) => api.ended(id, 120_000));
  await setClock(0);

  const ended = [...endedForth, ...endedBack, ...endedBehind];
  expect(ended.map(({ status, output }) => [status, output])).toEqual(ended.map((_, n) => ['completed', { n }]));
  const calls = service.calls.map(({ path, body }) => `${path} ${(body as { n: number }).n}`);
  expect(calls.sort()).toEqual(ended.flatMap((_, n) => [`/first ${n}`, `/last ${n}`]).sort());
  for (const { id } of ended) {
    const journal = await api.expect<{ events: { type: string }[] }>(200, 'GET', `/executions/${id}/journal`);
    expect(journal.events.filter(({ type }) => type === 'woken').length).toBeLessThanOrEqual(MOST_WAKES);
  }
});

test('a scheduler whose clock is set by an hour, forth and back, leaves no time of a schedule out', async () => {
  const countsOf = async () => {
    const { schedules } = await api.expect<ScheduleList>(200, 'GET', `/workflows/${scheduled.id}/schedules`);
    return schedules[0]?.counts;
  };
  for (const offset of [HOUR, 0, -HOUR, 0]) {
    const before = (await countsOf())?.started ?? 0;
    await setClock(offset);
    await eventually('three starts more', async () => ((await countsOf())?.started ?? 0) >= before + 3 || undefined);
  }
  expect(await countsOf()).toMatchObject({ missed: 0, skipped: 0, refused: 0 });
  const begun = Date.parse(scheduled.created_at);
  const last = Math.floor(Date.now() / SECOND) * SECOND;
  const least = Math.floor((last - begun) / SECOND) - 2;
  await eventually('as many starts', async () => ((await countsOf())?.started ?? 0) >= least || undefined);
  let times: number[] = [];
  await eventually(
    'all that was due by now to be listed',
    async () => {
      times = (await nominalTimes(api, scheduled.id)).filter((at) => at <= last);
      return times.length >= (last - (times[0] ?? 0)) / SECOND + 1 || undefined;
    },
    { everyMs: 2_000, lastSeen: () => times },
  );
  const [first = 0] = times;
  expect(times).toEqual(times.map((_, n) => first + n * SECOND));
  expect(first).toBeGreaterThan(begun);
  expect(first).toBeLessThanOrEqual(begun + 2 * SECOND);
});
