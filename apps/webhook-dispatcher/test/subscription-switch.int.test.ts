import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventOccurred, EventWatchSnapshot } from '@millrace/contracts';
import { documentedEvent, uniqueName, waitUntil } from '@millrace/testing';
import { OutboundScene } from './outbound.fixture.js';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');

let scene: OutboundScene;
let organisation: string;

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());
beforeEach(() => {
  organisation = uniqueName('org');
  scene.disabled.length = 0;
});

const told = async () =>
  (await scene.bus.readSubject(EventOccurred, { organisation_id: organisation })).map(({ payload }) => payload);

test('who follows an organisation sees that its only subscription is disabled, once, however often that is found', async () => {
  const until = new Date(Date.now() + 60_000).toISOString();
  const owner = { organisation_id: organisation };
  await scene.bus.snapshots.put(EventWatchSnapshot, owner, { ...owner, until });
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, { status: 410 });
  // The one that is disabled stays active here: as when a process dies before it has disabled it.
  for (const count of [1, 2]) {
    await scene.finish(organisation);
    await waitUntil(`refusal ${count}`, () => scene.disabled.length >= count);
  }
  const ids = new Set((await told()).map(({ event_id }) => event_id));
  expect(ids.size).toBe(1);
  const [event] = await told();
  expect(Object.keys(event?.data ?? {})).toEqual(Object.keys(documentedEvent(page, 'subscription.disabled').data));
  expect(event).toMatchObject({
    type: 'subscription.disabled',
    workflow_id: null,
    data: { subscription_id: id, url: `${scene.endpoints.url}/${id}`, reason: expect.stringContaining('410') },
  });

  // Once it is activated again, and disabled again, that is another event.
  await scene.put(organisation, id, { ...scene.stored(organisation, id), since: new Date().toISOString() });
  await scene.finish(organisation);
  await waitUntil('the refusal after that', () => scene.disabled.length >= 3);
  expect(new Set((await told()).map(({ event_id }) => event_id)).size).toBe(2);
});

test('a subscription is not sent that it is itself disabled, the others that want it are', async () => {
  const events: 'subscription.disabled'[] = ['subscription.disabled'];
  const other = await scene.subscribe(organisation, { events });
  const id = await scene.subscribe(organisation, { events: [...events, 'execution.completed'] });
  scene.endpoints.on(`/${id}`, { status: 410 });
  await scene.finish(organisation);
  await waitUntil('the other', () => scene.endpoints.callsTo(`/${other}`).length > 0);
  await waitUntil('the record', async () => (await scene.recorded(organisation, id))[0]?.status === 'failed');
  expect((await scene.recorded(organisation, id)).map(({ event_type }) => event_type)).toEqual(['execution.completed']);
});
