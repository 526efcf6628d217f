import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { LIMITS, StartsSnapshot, type ScheduleResource } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { executionIdOf } from '../src/engine/schedule-starter.js';
import { startLag } from '../src/engine/scheduler.metrics.js';
import { Fixture, unbroken, type Published } from './scheduler.fixture.js';

const SECOND = 1_000;

let fixture: Fixture;
let replicas: INestMicroservice[];

beforeEach(async () => {
  fixture = await Fixture.open();
  // History knows whatever was started.
  fixture.executions.has = () => true;
  replicas = [await fixture.start(), await fixture.start()];
}, 180_000);
afterEach(() => fixture.close());

const scheduleOf = (workflow: Published) => fixture.scheduleOf(workflow);
const until = (workflow: Published, what: string, holds: (schedule: ScheduleResource) => boolean) =>
  waitUntil(
    what,
    async () => {
      const schedule = await scheduleOf(workflow);
      return holds(schedule) ? schedule : null;
    },
    20_000,
  );

test('without "overlap" each time starts, whether the execution before goes on or not', async () => {
  fixture.goingOn = true;
  const workflow = await fixture.publish([{ interval: '1s', catch_up: 'all' }]);
  const { counts } = await until(workflow, 'three starts', ({ counts: { started } }) => started >= 3);
  expect(counts).toMatchObject({ skipped: 0, missed: 0, refused: 0 });
  const times = await fixture.nominalTimes(workflow);
  expect(times).toEqual(unbroken(times, SECOND));
  expect(fixture.cancelled).toEqual([]);
});

test('with "buffer_one" the first time that is due waits for the end of the execution before, and further ones are skipped', async () => {
  fixture.goingOn = true;
  startLag.reset();
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'buffer_one' }]);
  const schedule = await until(workflow, 'two that are skipped', ({ counts }) => counts.skipped >= 2);
  expect(schedule.counts.started).toBe(1);
  const [first = 0] = await fixture.nominalTimes(workflow);
  expect(schedule.buffered).toEqual([new Date(first + SECOND).toISOString()]);
  expect(schedule.notes).toMatchObject([
    { outcome: 'skipped', first_at: new Date(first + 2 * SECOND).toISOString(), code: null },
  ]);
  // Its time is over for long when it starts, and that is no lag of the scheduler.
  await until(workflow, 'some more', ({ counts }) => counts.skipped >= 5);
  await fixture.endAll();
  await until(workflow, 'the one that waited', ({ counts }) => counts.started >= 2);
  const lag = (await startLag.get()).values.find(({ metricName }) => metricName?.endsWith('_sum'));
  expect(lag?.value).toBeLessThan(5);
  expect((await fixture.nominalTimes(workflow)).slice(0, 2)).toEqual([first, first + SECOND]);
});

test('with "buffer_all" each time starts once and in its order, whoever of the schedulers goes', async () => {
  fixture.goingOn = true;
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'buffer_all', catch_up: 'all' }]);
  for (let round = 0; round < 4; round++) {
    await until(workflow, 'some that wait', ({ buffered = [] }) => buffered.length >= 2);
    const before = (await scheduleOf(workflow)).counts.started;
    await fixture.endAll();
    const leaving = replicas.shift();
    if (leaving) await fixture.stop(leaving);
    replicas.push(await fixture.start());
    await until(workflow, 'one that waited', ({ counts }) => counts.started > before);
    fixture.goingOn = true;
  }
  await fixture.endAll();
  const done = await until(
    workflow,
    'all of them',
    ({ buffered = [], counts }) => buffered.length === 0 && counts.started > 8,
  );
  const starts = await fixture.starts(workflow);
  const inOrder = starts.map(({ trigger }) => Date.parse((trigger as { scheduled_at: string }).scheduled_at));
  expect(inOrder).toEqual(unbroken(inOrder, SECOND));
  expect(done.counts).toMatchObject({ skipped: 0, missed: 0, refused: 0 });
});

test('what waits is bounded, and what there is no room for is skipped', async () => {
  fixture.goingOn = true;
  const since = fixture.now() - (LIMITS.scheduleBuffered + 20) * SECOND;
  const config = { interval: '1s', overlap: 'buffer_all', catch_up: 'all', catch_up_window: '10m' };
  const workflow = await fixture.publish([config], { since });
  const schedule = await until(workflow, 'some that are skipped', ({ counts }) => counts.skipped >= 19);
  expect(schedule.buffered).toHaveLength(LIMITS.scheduleBuffered);
  expect(schedule.counts).toMatchObject({ started: 1, missed: 0 });
});

test('what waited under another config is skipped, and that is noted', async () => {
  fixture.goingOn = true;
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'buffer_all' }]);
  const before = await until(workflow, 'some that wait', ({ buffered = [] }) => buffered.length >= 2);
  await fixture.publish([{ cron: '@yearly' }], {}, workflow);
  const after = await until(workflow, 'the change', ({ counts }) => counts.skipped > 0);
  expect(after.buffered).toBeUndefined();
  expect(after.counts.started).toBe(1);
  expect(after.counts.skipped).toBeGreaterThanOrEqual(before.buffered?.length ?? 0);
  expect(after.notes[0]).toMatchObject({ outcome: 'skipped', code: null });
  expect(await fixture.starts(workflow)).toHaveLength(after.counts.started);
});

test('with "cancel_running" the execution before is cancelled, and the next one starts when it has ended', async () => {
  fixture.goingOn = true;
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'cancel_running' }]);
  await waitUntil('a cancel', () => fixture.cancelled.length > 0);
  const [first = 0] = await fixture.nominalTimes(workflow);
  const id = executionIdOf({ ...workflow, index: 0 }, first);
  // It goes on for longer than the next nominal time takes to come.
  await sleep(1_500);
  expect(new Set(fixture.cancelled)).toEqual(new Set([id]));
  expect(await fixture.starts(workflow)).toHaveLength(1);
  const { counts, last_run } = await scheduleOf(workflow);
  expect([counts.cancelled, last_run?.outcome]).toEqual([1, 'starting']);
  await fixture.endAll();
  await until(
    workflow,
    'the next start',
    (schedule) => schedule.last_run?.outcome === 'started' && schedule.counts.started >= 2,
  );
  expect((await fixture.nominalTimes(workflow))[1]).toBe(first + SECOND);
});

test('while all starts are paused nothing is cancelled for one that cannot start, and no time is decided', async () => {
  const pause = (paused: boolean) =>
    fixture.bus.snapshots.put(StartsSnapshot, undefined, { paused, since: '2026-11-27T00:00:00.000Z', reason: null });
  fixture.goingOn = true;
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'cancel_running', catch_up: 'all' }]);
  await until(workflow, 'the first start', ({ counts }) => counts.started > 0);
  await pause(true);
  // What was decided just before may be carried out still.
  await sleep(1_000);
  const [cancelled, { last_run: last }] = [fixture.cancelled.length, await scheduleOf(workflow)];
  await sleep(2_500);
  expect(fixture.cancelled).toHaveLength(cancelled);
  expect((await scheduleOf(workflow)).last_run?.scheduled_at).toBe(last?.scheduled_at);
  fixture.goingOn = false;
  await pause(false);
  await until(workflow, 'the next start', ({ counts }) => counts.started > 1);
});
