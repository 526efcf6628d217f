import { EventWatchSnapshot, LIMITS, WATCHED_AT_LEAST_MS, WatchEvents } from '@millrace/contracts';
import { uniqueName } from '@millrace/testing';
import { startReplicaWithKeys } from './master-keys.fixture.js';

const running = startReplicaWithKeys();

it('writes that events are followed again only when that is not known for long enough', async () => {
  const organisation_id = uniqueName('org');
  const { client } = running.fixture;
  const watch = async () => (await client.request(WatchEvents, { organisation_id })).until;
  const stored = async () => (await client.snapshots.get(EventWatchSnapshot, { organisation_id }))?.until;
  const first = await watch();
  expect(await stored()).toBe(first);
  expect(await watch()).toBe(first);
  const soonOver = new Date(Date.now() + WATCHED_AT_LEAST_MS - 1_000).toISOString();
  await client.snapshots.put(EventWatchSnapshot, { organisation_id }, { organisation_id, until: soonOver });
  const again = await watch();
  expect(Date.parse(again) - Date.parse(soonOver)).toBeGreaterThan(0);
  expect(await stored()).toBe(again);
  expect(LIMITS.eventWatchMs).toBeGreaterThan(WATCHED_AT_LEAST_MS);
});
