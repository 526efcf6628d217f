import { newId, OrganisationSnapshot, ScheduleCursor } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { cursorSince, withStart } from '../src/engine/cursor.js';
import { Cursors } from '../src/engine/cursors.js';
import { executionIdOf, ScheduleStarter } from '../src/engine/schedule-starter.js';
import { Fixture, type Published } from './scheduler.fixture.js';

const HOUR = 60 * 60 * 1_000;

let fixture: Fixture;

beforeEach(async () => {
  fixture = await Fixture.open();
});
afterEach(() => fixture.close());

const scheduleOf = (workflow: Published) => fixture.scheduleOf(workflow);
const settled = (workflow: Published) => fixture.settled(workflow);

/** A schedule as a process leaves it that has decided to start it, by default now, and dies before it does. */
async function leaveUndone(
  workflow: Published,
  at: number,
  since: number,
  decided_at: number = fixture.now(),
): Promise<void> {
  const cursor = {
    ...workflow,
    index: 0,
    since: new Date(since).toISOString(),
    handled_at: at,
    last: { at, previous_at: null, decided_at, outcome: 'starting' as const },
    counts: { started: 1, missed: 0, skipped: 0, refused: 0 },
    notes: [],
  };
  await fixture.bus.scheduleRecords.write(ScheduleCursor, cursor, cursor, 0);
}

/** What a workflow is published under whose organisation may start nothing. */
async function suspendedWorkflow(): Promise<Published> {
  const organisation = { organisation_id: newId('organisation') };
  await fixture.bus.snapshots.put(OrganisationSnapshot, organisation, { ...organisation, suspended: true, limits: {} });
  return { ...organisation, workflow_id: newId('workflow') };
}

test('a start that was decided on and not carried out is carried out by whoever finds it', async () => {
  const since = fixture.now() - 2 * HOUR;
  const workflow = await fixture.publish([{ interval: '1h' }], { since });
  const at = Math.floor(fixture.now() / HOUR) * HOUR;
  await leaveUndone(workflow, at, since);
  await Promise.all([fixture.start(), fixture.start()]);
  await settled(workflow);
  expect(await fixture.nominalTimes(workflow)).toEqual([at]);
});

test('a start that was decided on is not carried out once the schedule is another', async () => {
  const since = fixture.now() - 2 * HOUR;
  const at = Math.floor(fixture.now() / HOUR) * HOUR;
  const changed = await fixture.publish([{ cron: '@yearly' }], { since: at + 1 });
  await leaveUndone(changed, at, since);
  const replica = await fixture.start();
  await settled(changed);
  expect(await fixture.starts(changed)).toEqual([]);
  expect(await scheduleOf(changed)).toMatchObject({
    counts: { started: 0, refused: 1 },
    notes: [{ outcome: 'refused', code: 'SCHEDULE_NOT_FOUND' }],
  });

  // Nor when it was paused, or its workflow was, between the decision and the start.
  const starter = replica.get(ScheduleStarter);
  const times = { at, previous: null, next: null };
  for (const stopped of [{ paused: true }, { active: false }]) {
    const workflow = await fixture.publish([{ interval: '1h' }], { since, ...stopped });
    const start = starter.start({ ...workflow, index: 0 }, times, new Date(since).toISOString());
    await expect(start).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
  }
});

test('a start that was decided on more than twelve hours ago is not made any more: it has taken place, or is refused', async () => {
  const since = fixture.now() - 14 * HOUR;
  const at = Math.floor(since / HOUR + 1) * HOUR;
  const schedule = { interval: '1h', catch_up: 'none' };
  const [lost, done, late] = (await Promise.all([0, 1, 2].map(() => fixture.publish([schedule], { since })))) as [
    Published,
    Published,
    Published,
  ];
  await leaveUndone(lost, at, since, fixture.now() - 12.1 * HOUR);
  await leaveUndone(done, at, since, fixture.now() - 12.1 * HOUR);
  await leaveUndone(late, at, since, fixture.now() - 11.9 * HOUR);
  fixture.executions.add(executionIdOf({ ...done, index: 0 }, at));
  await fixture.start();
  for (const workflow of [lost, done, late]) await settled(workflow);
  const startsAt = async (workflow: Published) => (await fixture.nominalTimes(workflow)).filter((time) => time === at);
  expect(await Promise.all([lost, done, late].map(startsAt))).toEqual([[], [], [at]]);
  expect((await scheduleOf(lost)).counts).toMatchObject({ refused: 1 });
  expect((await scheduleOf(lost)).notes).toContainEqual(
    expect.objectContaining({ outcome: 'refused', code: 'SERVICE_UNAVAILABLE' }),
  );
  expect((await scheduleOf(done)).counts).toMatchObject({ refused: 0 });
});

test('of two schedulers that decide at once one does: what another has written meanwhile stays', async () => {
  const address = { organisation_id: newId('organisation'), workflow_id: newId('workflow'), index: 0 };
  const [one, other] = [new Cursors(fixture.bus), new Cursors(fixture.bus)];
  const from = { since: new Date(fixture.now()).toISOString(), now: fixture.now() };
  const begun = cursorSince(address, from, null);
  const startIn = (hours: number) => withStart(begun, fixture.now() + hours * HOUR, fixture.now());
  const { revision } = (await one.write(begun, 0)) ?? { revision: -1 };
  expect(await other.write(startIn(1), 0)).toBeNull();
  const written = await other.write(startIn(2), revision);
  expect(await one.write(startIn(3), revision)).toBeNull();
  expect(await one.read(address)).toEqual(written);
});

test('a start that is refused here and was carried out elsewhere is no refusal', async () => {
  const since = fixture.now() - 2 * HOUR;
  const at = Math.floor(fixture.now() / HOUR) * HOUR;
  const workflow = await suspendedWorkflow();
  await fixture.publish([{ interval: '1h' }], { since }, workflow);
  await leaveUndone(workflow, at, since);
  fixture.executions.add(executionIdOf({ ...workflow, index: 0 }, at));
  await fixture.start();
  await settled(workflow);
  expect(await scheduleOf(workflow)).toMatchObject({
    last_run: { outcome: 'started' },
    counts: { started: 1, refused: 0 },
    notes: [],
  });
});

test('a start that is refused is noted with its reason, and the schedule goes on', async () => {
  const workflow = await suspendedWorkflow();
  await fixture.publish([{ interval: '1s' }], {}, workflow);
  await fixture.start();
  await waitUntil('two refusals', async () => (await scheduleOf(workflow)).counts.refused >= 2);
  expect(await scheduleOf(workflow)).toMatchObject({
    counts: { started: 0 },
    notes: [{ outcome: 'refused', code: 'ORGANISATION_SUSPENDED' }],
  });
  expect(await fixture.starts(workflow)).toEqual([]);
});
