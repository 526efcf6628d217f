import { ScheduleCursor, StartsSnapshot } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { Fixture } from './scheduler.fixture.js';

const HOUR = 60 * 60 * 1_000;

let fixture: Fixture;

beforeEach(async () => {
  fixture = await Fixture.open();
});
afterEach(() => fixture.close());

const pauseAll = (paused: boolean) =>
  fixture.bus.snapshots.put(StartsSnapshot, undefined, { paused, since: '2026-11-27T00:00:00.000Z', reason: null });

test('a start that was decided on just before all starts were paused does not become too old to be made meanwhile', async () => {
  const since = fixture.now() - 14 * HOUR;
  const at = Math.floor(since / HOUR + 1) * HOUR;
  const decided_at = fixture.now() - 2 * HOUR;
  const workflow = await fixture.publish([{ interval: '1h', catch_up: 'none' }], { since });
  const address = { ...workflow, index: 0 };
  const last = { at, previous_at: null, decided_at, outcome: 'starting' as const };
  const counts = { started: 1, missed: 0, skipped: 0, refused: 0 };
  const cursor = { ...address, since: new Date(since).toISOString(), handled_at: at, last, counts, notes: [] };
  await fixture.bus.scheduleRecords.write(ScheduleCursor, address, cursor, 0);
  await pauseAll(true);
  await fixture.start();
  const lastOf = async () => (await fixture.bus.scheduleRecords.read(ScheduleCursor, address))?.value.last;
  const renewed = await waitUntil('the decision to be renewed', async () => {
    const found = await lastOf();
    return found && found.decided_at > decided_at ? found : undefined;
  });
  expect(renewed).toEqual({ ...last, decided_at: renewed.decided_at });
  expect(await fixture.starts(workflow)).toEqual([]);
  await pauseAll(false);
  await waitUntil('the start', async () => (await lastOf())?.outcome === 'started');
  expect(await fixture.nominalTimes(workflow)).toContain(at);
});
