import { EventOccurred, LIMITS, newId, STREAMS } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { OrganisationFeed } from '../src/live/organisation-feed.js';
import type { PlaceIds } from '../src/live/place-ids.js';
import { PlaceKeys } from '../src/live/place-keys.js';

let nats: OwnServer;
let bus: NatsBus;
let organisationId: string;
let places: PlaceIds;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
});
beforeEach(async () => {
  organisationId = newId('organisation');
  places = await new PlaceKeys(bus).of({ organisationId });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const occurred = (bytes = 0) =>
  bus.publish(EventOccurred, {
    event_id: newId('event'),
    organisation_id: organisationId,
    workflow_id: null,
    type: 'schedule.missed',
    at: '2026-11-27T09:00:00.000Z',
    data: { text: 'x'.repeat(bytes) },
  });
const feedBehind = (after?: number) =>
  new OrganisationFeed(bus, { organisationId, types: undefined, workflowId: undefined, after, places });
const idsIn = (text: string) =>
  [...text.matchAll(/^event: .*\nid: (\w+)$/gm)].map(([, id = '']) => places.placeOf(id)?.sequence);

it('gives no more at once than a page has bytes, and all of it in the end', async () => {
  const stored: number[] = [];
  for (let at = 0; at < 24; at++) stored.push((await occurred(15_000)).sequence);
  const feed = feedBehind((stored[0] ?? 0) - 1);
  const told: unknown[] = [];
  for (let more = true; more;) {
    const batch = await feed.next();
    expect(batch.text.length).toBeLessThan(LIMITS.livePageBytes + 16_000);
    told.push(...idsIn(batch.text));
    more = batch.more;
  }
  expect(told).toEqual(stored);
});

it('sends what is stored after the server has lost its data', async () => {
  for (let at = 0; at < 3; at++) await occurred();
  const feed = feedBehind();
  const end = await feed.follow(() => undefined);
  await feed.next();
  await bus.connection.request(`$JS.API.STREAM.DELETE.${STREAMS.events}`);
  await nats.kill();
  const back = new Promise<void>((resolve) => bus.onReconnect(resolve));
  await nats.restart();
  await back;
  await bus.restoreTopology();
  const marked = await feed.next();
  expect(places.placeOf(/^id: (\w+)\n\n$/.exec(marked.text)?.[1] ?? '')?.sequence).toBe(0);
  const { sequence } = await occurred();
  expect(idsIn((await feed.next()).text)).toEqual([sequence]);
  end();
});
