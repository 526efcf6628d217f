import {
  LIMITS,
  ListSchedules,
  newId,
  PreviewSchedule,
  ScheduleSnapshot,
  TriggerSchedule,
  newIdDigits,
} from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { executionIdOf, ScheduleStarter } from '../src/engine/schedule-starter.js';
import { Fixture, nominalTimesOf, unbroken, type Published } from './scheduler.fixture.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let fixture: Fixture;

beforeEach(async () => {
  fixture = await Fixture.open();
});
afterEach(() => fixture.close());

const scheduleOf = (workflow: Published) => fixture.scheduleOf(workflow);
const settled = (workflow: Published) => fixture.settled(workflow);

test('two replicas start each nominal time once, at its time, with the times and the input of the schedule', async () => {
  const workflows = await Promise.all(
    Array.from({ length: 10 }, (_, n) => fixture.publish([{ interval: '1s', input: { n } }])),
  );
  await Promise.all([fixture.start(), fixture.start()]);
  await waitUntil('each to have started three times', async () => {
    const all = await fixture.starts();
    return workflows.every(({ workflow_id }) => all.filter((run) => run.workflow_id === workflow_id).length >= 3);
  });
  for (const [n, workflow] of workflows.entries()) {
    const starts = await fixture.starts(workflow);
    const times = nominalTimesOf(starts);
    expect(times).toEqual(unbroken(times, SECOND));
    const at = times[1] as number;
    const second = starts.find(({ trigger }) => 'scheduled_at' in trigger && Date.parse(trigger.scheduled_at) === at);
    expect(second).toMatchObject({
      execution_id: executionIdOf({ ...workflow, index: 0 }, at),
      organisation_id: workflow.organisation_id,
      input: { n },
      trigger: {
        type: 'schedule',
        previous_at: new Date(at - SECOND).toISOString(),
        next_at: new Date(at + SECOND).toISOString(),
      },
    });
    expect(Date.parse(second?.accepted_at ?? '')).toBeGreaterThanOrEqual(at);
  }
});

describe('after the clock has been set an hour ahead', () => {
  test.each([
    ['none', 0, 60],
    ['latest', 1, 59],
    ['all', 60, 0],
  ])('catch_up "%s" starts %d and notes %d as missed', async (catch_up, started, missed) => {
    const since = Math.floor(Date.now() / MINUTE) * MINUTE;
    // The minute that is under way is far enough from its ends that none begins meanwhile.
    fixture.clockShift = since + 30 * SECOND - Date.now();
    await fixture.start();
    const workflow = await fixture.publish([{ cron: '* * * * *', catch_up, catch_up_window: '2h' }], { since });
    await waitUntil('the schedule to be known', async () => (await scheduleOf(workflow)).next_run_at !== null);
    fixture.clockShift += HOUR;
    await settled(workflow);
    expect(await fixture.nominalTimes(workflow)).toEqual(
      Array.from({ length: started }, (_, n) => since + (60 - started + 1 + n) * MINUTE),
    );
    expect((await scheduleOf(workflow)).counts).toEqual({ started, missed, skipped: 0, refused: 0 });

    // And back: what has been is not repeated.
    fixture.clockShift -= HOUR;
    const other = await fixture.publish([{ interval: '1s' }]);
    await waitUntil('the clock to go on', async () => (await fixture.starts(other)).length >= 2);
    expect(await fixture.starts(workflow)).toHaveLength(started);
  });
});

test('what was missed while no scheduler ran is caught up, and what is missed is said', async () => {
  const since = fixture.now() - 30 * HOUR;
  const [all, latest] = await Promise.all([
    fixture.publish([{ interval: '1m', catch_up: 'all', catch_up_window: '10m' }], { since }),
    fixture.publish([{ interval: '1h', catch_up_window: '2h' }], { since }),
  ]);
  const replica = await fixture.start();
  await Promise.all([settled(all), settled(latest)]);
  const times = await fixture.nominalTimes(all);
  expect(times).toEqual(unbroken(times, MINUTE));
  expect([10, 11]).toContain(times.length);
  expect(await fixture.starts(latest)).toHaveLength(1);
  expect(await scheduleOf(latest)).toMatchObject({
    status: 'active',
    last_run: { outcome: 'started' },
    notes: [{ outcome: 'missed', more: false, code: null }],
  });

  // A restart finds nothing left to do.
  await fixture.stop(replica);
  await fixture.start();
  await settled(latest);
  expect(await fixture.starts(latest)).toHaveLength((await scheduleOf(latest)).counts.started);
});

test('an organisation whose schedules have started as many as they may waits, others do not, and nothing of it is lost', async () => {
  // Time stands still, so that nothing more may be started meanwhile.
  const stopped = fixture.now();
  fixture.now = () => stopped + fixture.clockShift;
  const starter = (await fixture.start()).get(ScheduleStarter);
  const busy = { organisation_id: newId('organisation'), workflow_id: newId('workflow') };
  const left = 20;
  for (let taken = left; taken < LIMITS.scheduledStartsPerMinute; taken++)
    expect(starter.mayStart(busy.organisation_id, { countsAs: 1 }, fixture.now())).toBe(true);
  const schedule = { interval: '1s', catch_up: 'all', catch_up_window: '10m' };
  const since = stopped - MINUTE;
  await fixture.publish([schedule], { since }, busy);
  await waitUntil('its starts', async () => (await fixture.starts(busy)).length >= left);
  const other = await fixture.publish([schedule], { since });
  await settled(other);
  expect((await fixture.starts(other)).length).toBeGreaterThan(2 * left);
  expect(await fixture.starts(busy)).toHaveLength(left);

  fixture.clockShift += 10 * SECOND;
  await settled(busy);
  const times = await fixture.nominalTimes(busy);
  expect(times).toEqual(unbroken(times, SECOND));
  expect((await scheduleOf(busy)).counts).toEqual({ started: times.length, missed: 0, skipped: 0, refused: 0 });
  expect(times.at(-1)).toBeGreaterThan(stopped);
});

test('a reading that fails half-way costs no schedule its starts, nor do cursors that cannot be read at once', async () => {
  const workflows = await Promise.all([fixture.publish([{ interval: '1s' }]), fixture.publish([{ interval: '1s' }])]);
  const failures: string[] = [];
  await fixture.start((app) => {
    const { snapshots, scheduleRecords } = app.get<NatsBus>(BUS);
    const all = snapshots.all.bind(snapshots);
    jest.spyOn(snapshots, 'all').mockImplementationOnce(async function* (kind) {
      for await (const one of all(kind)) {
        yield one;
        failures.push('snapshots');
        throw new Error('The connection is gone');
      }
    });
    jest.spyOn(scheduleRecords, 'all').mockImplementationOnce(() => {
      failures.push('cursors');
      throw new Error('The connection is gone');
    });
  });
  expect(failures).toEqual(['cursors', 'snapshots']);
  for (const workflow of workflows)
    await waitUntil('it to start', async () => (await fixture.starts(workflow)).length >= 2);
});

test('a change, a pause, a resumption and a delete take effect within two seconds', async () => {
  await Promise.all([fixture.start(), fixture.start()]);
  const workflow = await fixture.publish([{ interval: '1h' }], { since: fixture.now() });
  await waitUntil('it to be known', async () => (await scheduleOf(workflow)).status === 'active');
  // Nothing that would have been due before counts.
  await fixture.publish([{ interval: '1s', catch_up: 'all' }], { since: fixture.now() }, workflow);
  const changedAt = fixture.now();
  await waitUntil('the changed one', async () => (await fixture.starts(workflow)).length >= 2);
  expect((await fixture.nominalTimes(workflow))[0]).toBeGreaterThan(changedAt - 2 * SECOND);

  const witness = await fixture.publish([{ interval: '1s' }]);
  const timePasses = async () => {
    const before = (await fixture.starts(witness)).length;
    await waitUntil('time to pass', async () => (await fixture.starts(witness)).length >= before + 4);
  };
  // The schedule, and then its workflow.
  for (const [stopped, status] of [
    [{ paused: true }, 'paused'],
    [{ active: false }, 'inactive'],
  ] as const) {
    await fixture.publish([{ interval: '1s', catch_up: 'all' }], stopped, workflow);
    const stoppedAt = fixture.now();
    expect(await scheduleOf(workflow)).toMatchObject({ status, next_run_at: null });
    await timePasses();
    expect((await fixture.nominalTimes(workflow)).at(-1)).toBeLessThanOrEqual(stoppedAt + 2 * SECOND);

    const resumedAt = fixture.now();
    await fixture.publish([{ interval: '1s', catch_up: 'all' }], { since: resumedAt }, workflow);
    await waitUntil(
      'starts after that',
      async () => ((await fixture.nominalTimes(workflow)).at(-1) ?? 0) > resumedAt + SECOND,
    );
    // What fell into that time is not made up for.
    const between = (at: number) => at > stoppedAt + 2 * SECOND && at <= resumedAt;
    expect((await fixture.nominalTimes(workflow)).filter(between)).toEqual([]);
  }

  await fixture.bus.snapshots.delete(ScheduleSnapshot, workflow);
  const deletedAt = fixture.now();
  await timePasses();
  expect((await fixture.nominalTimes(workflow)).at(-1)).toBeLessThanOrEqual(deletedAt + 2 * SECOND);
});

describe('what is asked about schedules', () => {
  test('others learn nothing of a workflow, and start nothing by it', async () => {
    await fixture.start();
    const { workflow_id } = await fixture.publish([{ interval: '1h' }]);
    const stranger = { organisation_id: newId('organisation'), workflow_id };
    await expect(fixture.bus.request(ListSchedules, { ...stranger, limit: 5 })).rejects.toMatchObject({
      code: 'WORKFLOW_NOT_FOUND',
    });
    await expect(fixture.bus.request(TriggerSchedule, { ...stranger, index: 0 })).rejects.toMatchObject({
      code: 'WORKFLOW_NOT_FOUND',
    });
    const { schedules } = await fixture.bus.request(ListSchedules, {
      organisation_id: stranger.organisation_id,
      limit: 5,
    });
    expect(schedules).toEqual([]);
  });

  test('a list has pages', async () => {
    const organisation_id = newId('organisation');
    for (let n = 0; n < 2; n++)
      await fixture.publish(
        [{ interval: '1h' }, { cron: '@daily' }],
        {},
        { organisation_id, workflow_id: newId('workflow') },
      );
    await fixture.start();
    const first = await fixture.bus.request(ListSchedules, { organisation_id, limit: 3 });
    expect([first.schedules.length, first.has_more, first.next_cursor]).toEqual([3, true, first.schedules[2]?.id]);
    const starting_after = first.next_cursor as string;
    const second = await fixture.bus.request(ListSchedules, { organisation_id, limit: 3, starting_after });
    expect([second.schedules.length, second.has_more, second.next_cursor]).toEqual([1, false, null]);
    const ids = [...first.schedules, ...second.schedules].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  test('a schedule is triggered now, with its input, and its times stay what they are', async () => {
    await fixture.start();
    const workflow = await fixture.publish([{ cron: '@yearly' }, { cron: '@monthly', input: { now: true } }]);
    const { execution_id } = await fixture.bus.request(TriggerSchedule, { ...workflow, index: 1 });
    expect(await fixture.starts(workflow)).toMatchObject([
      { execution_id, input: { now: true }, trigger: { type: 'schedule', previous_at: null } },
    ]);
    await expect(fixture.bus.request(TriggerSchedule, { ...workflow, index: 2 })).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
    });
  });

  test('a schedule that is triggered again under the same key, since a gateway died, is triggered once', async () => {
    await fixture.start();
    const workflow = await fixture.publish([{ cron: '@yearly' }]);
    const write = { id: newIdDigits(), seed: 's'.repeat(43) };
    const trigger = (again: boolean) =>
      fixture.bus.request(TriggerSchedule, { ...workflow, index: 0 }, { write: { ...write, again } });
    const first = await trigger(false);
    expect(await trigger(true)).toEqual(first);
    expect((await fixture.starts(workflow)).map(({ execution_id }) => execution_id)).toEqual([first.execution_id]);
  });

  test('a preview says what clocks do to a schedule, and what is wrong with one', async () => {
    await fixture.start();
    const organisation_id = newId('organisation');
    const schedule = { cron: '30 2 * * *', timezone: 'Europe/Berlin', count: 2, from: '2026-03-28T12:00:00Z' };
    expect(await fixture.bus.request(PreviewSchedule, { organisation_id, schedule })).toEqual({
      timezone: 'Europe/Berlin',
      description: 'At 02:30',
      warnings: [],
      runs: [
        { at: '2026-03-29T01:00:00.000Z', local: '2026-03-29T03:00:00', note: 'dst_shifted' },
        { at: '2026-03-30T00:30:00.000Z', local: '2026-03-30T02:30:00', note: null },
      ],
    });
    const wrong = { ...schedule, cron: '0 0 31 2 *', timezone: 'Berlin' };
    await expect(fixture.bus.request(PreviewSchedule, { organisation_id, schedule: wrong })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: {
        issues: expect.arrayContaining([
          expect.objectContaining({ path: 'cron' }),
          expect.objectContaining({ path: 'timezone', hint: 'Did you mean "Europe/Berlin"?' }),
        ]) as unknown,
      },
    });
  });
});
