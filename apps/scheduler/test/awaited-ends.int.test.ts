import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleResource } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { executionIdOf } from '../src/engine/schedule-starter.js';
import { Fixture, type Published } from './scheduler.fixture.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let fixture: Fixture;

beforeEach(async () => {
  fixture = await Fixture.open();
  fixture.executions.has = () => true;
  fixture.goingOn = true;
  await fixture.start();
}, 180_000);
afterEach(() => fixture.close());

/** Time stands still from now on, but for `clockShift`: nothing is asked again by itself. */
function stopTime(): void {
  const stopped = fixture.now() - fixture.clockShift;
  fixture.now = () => stopped + fixture.clockShift;
}

/** Lets time pass, and waits until the schedule has dealt with it. */
async function pass(workflow: Published, milliseconds: number): Promise<void> {
  fixture.clockShift += milliseconds;
  await until(workflow, 'this moment', ({ next_run_at }) => Date.parse(next_run_at ?? '') > fixture.now());
}

async function until(workflow: Published, what: string, holds: (schedule: ScheduleResource) => boolean) {
  await waitUntil(what, async () => holds(await fixture.scheduleOf(workflow)));
}

const idOf = (workflow: Published, at: number) => executionIdOf({ ...workflow, index: 0 }, at);
/** How often history was asked about the execution of a nominal time. */
const asked = (workflow: Published, at: number) => fixture.asked.filter((id) => id === idOf(workflow, at)).length;
const firstOf = async (workflow: Published) => (await fixture.nominalTimes(workflow))[0] ?? 0;

describe.each(['buffer_one', 'buffer_all'])('with "%s"', (overlap) => {
  const schedule = { interval: '1s', overlap, catch_up: 'all', catch_up_window: '1h' };
  const hasWaiting = ({ buffered = [] }: ScheduleResource) => buffered.length > 0;

  test('history is asked less and less often about an execution that goes on, and once a minute at last', async () => {
    const workflow = await fixture.publish([schedule]);
    await until(workflow, 'one that waits', hasWaiting);
    stopTime();
    const first = await firstOf(workflow);
    const before = asked(workflow, first);
    for (let steps = 0; steps < 30; steps++) await pass(workflow, 10 * SECOND);
    // After 1, 2, 4, 8, 16, 32 seconds and then every 60; at each of these steps without that.
    const questions = asked(workflow, first) - before;
    expect(questions).toBeGreaterThanOrEqual(5);
    expect(questions).toBeLessThanOrEqual(11);
    expect(await fixture.starts(workflow)).toHaveLength(1);
  }, 300_000);

  test('the next one starts when the end is announced, and not when that of another execution is', async () => {
    const workflow = await fixture.publish([schedule]);
    await until(workflow, 'one that waits', hasWaiting);
    stopTime();
    const first = await firstOf(workflow);
    fixture.goingOn = false;
    const other = { ...workflow, execution_id: idOf(workflow, first + 77) };
    await fixture.announceEnd(other);
    await fixture.announceEnd({ ...workflow, execution_id: idOf(workflow, first) });
    await until(workflow, 'the one that waited', ({ counts }) => counts.started === 2);
    expect((await fixture.nominalTimes(workflow)).slice(0, 2)).toEqual([first, first + SECOND]);
  });

  test('an end that is announced too early, or again, starts nothing', async () => {
    const workflow = await fixture.publish([schedule]);
    await until(workflow, 'one that waits', hasWaiting);
    stopTime();
    const first = await firstOf(workflow);
    const before = asked(workflow, first);
    const execution = { ...workflow, execution_id: idOf(workflow, first) };
    await fixture.announceEnd(execution);
    await waitUntil('a question', () => asked(workflow, first) > before);
    await sleep(SECOND);
    expect(await fixture.starts(workflow)).toHaveLength(1);
    // It is asked about later all the same.
    fixture.goingOn = false;
    fixture.clockShift += MINUTE;
    await until(workflow, 'the one that waited', ({ counts }) => counts.started >= 2);
    const times = await fixture.nominalTimes(workflow);
    expect(new Set(times).size).toBe(times.length);
  });

  test('an end that is announced to nobody is found within a minute', async () => {
    const workflow = await fixture.publish([schedule]);
    await until(workflow, 'one that waits', hasWaiting);
    stopTime();
    fixture.goingOn = false;
    fixture.clockShift += MINUTE;
    await until(workflow, 'the one that waited', ({ counts }) => counts.started >= 2);
  });
});

test('what is cancelled and does not end is asked about, and cancelled again, less and less often, until its end is announced', async () => {
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'cancel_running' }]);
  await waitUntil('a cancel', () => fixture.cancelled.length > 0);
  stopTime();
  const before = fixture.cancelled.length;
  for (let steps = 0; steps < 30; steps++) {
    fixture.clockShift += 10 * SECOND;
    await sleep(300);
  }
  expect(fixture.cancelled.length - before).toBeGreaterThan(1);
  expect(fixture.cancelled.length - before).toBeLessThan(15);
  const first = await firstOf(workflow);
  fixture.goingOn = false;
  await fixture.announceEnd({ ...workflow, execution_id: idOf(workflow, first) });
  await until(
    workflow,
    'the next start',
    ({ counts, last_run }) => counts.started >= 2 && last_run?.outcome === 'started',
  );
}, 300_000);

test('after the connection was lost it is asked about all that is waited for', async () => {
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'buffer_one' }]);
  await until(workflow, 'one that waits', ({ buffered = [] }) => buffered.length > 0);
  stopTime();
  const first = await firstOf(workflow);
  for (let steps = 0; steps < 12; steps++) await pass(workflow, 10 * SECOND);
  for (let before = asked(workflow, first); asked(workflow, first) === before;) await pass(workflow, 10 * SECOND);
  // It would not be asked again for a minute.
  fixture.goingOn = false;
  await fixture.nats.restart();
  const restarted = fixture.now();
  await waitUntil('the one that waited', async () => {
    fixture.clockShift += SECOND;
    return (await fixture.starts(workflow)).length >= 2;
  });
  expect(fixture.now() - restarted).toBeLessThan(MINUTE);
}, 300_000);
