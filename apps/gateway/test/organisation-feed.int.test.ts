import { EventOccurred, LIMITS, newId, STREAMS } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { OrganisationFeed } from '../src/live/organisation-feed.js';

let nats: OwnServer;
let bus: NatsBus;
let organisationId: string;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
});
beforeEach(() => {
  organisationId = newId('organisation');
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
  new OrganisationFeed(bus, { organisationId, types: undefined, workflowId: undefined, after });
const idsIn = (text: string) => [...text.matchAll(/^event: .*\nid: (\d+)$/gm)].map(([, id]) => Number(id));

it('gives no more at once than a page has bytes, and all of it in the end', async () => {
  const stored: number[] = [];
  for (let at = 0; at < 24; at++) stored.push((await occurred(15_000)).sequence);
  const feed = feedBehind((stored[0] ?? 0) - 1);
  const told: number[] = [];
  for (let more = true; more;) {
    const batch = await feed.next();
    expect(batch.text.length).toBeLessThan(LIMITS.livePageBytes + 16_000);
    told.push(...idsIn(batch.text));
    more = batch.more;
  }
  expect(told).toEqual(stored);
});

it('tells what is stored after the server has lost its data', async () => {
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
  expect(marked.text).toBe('id: 0\n\n');
  const { sequence } = await occurred();
  expect(idsIn((await feed.next()).text)).toEqual([sequence]);
  end();
});
