import { TokenSnapshot, WatchEvents } from '@millrace/contracts';
import { BUS, connectBus, silentLogger, type Bus, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { EventWatches } from '../src/live/event-watches.js';
import { LIVE_BOUNDS } from '../src/live/live-bounds.js';
import { startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';
import { StreamClient } from './live.fixture.js';

let gateway: RunningGateway;
/** In the place of definitions, which is another process. */
let others: NatsBus;
let clients: StreamClient[];
beforeEach(async () => {
  gateway = await startGateway({ liveBounds: { ...LIVE_BOUNDS, readGapMs: 5, tokenCheckMs: 50 } });
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  others.connection.subscribe(WatchEvents.subject, {
    callback: (_, message) => void message.respond(JSON.stringify({ until: new Date().toISOString() })),
  });
  await others.connection.flush();
  clients = [];
});
afterEach(async () => {
  clients.forEach((client) => client.close());
  await others.close();
  await gateway.stop();
});

async function follow(token = TOKEN): Promise<StreamClient> {
  const client = await StreamClient.open(`${gateway.url}/v1/events`, token);
  clients.push(client);
  await waitUntil('the place', () => client.lastEventId);
  return client;
}

it('ends the streams of an organisation when its events are announced no more', async () => {
  const begin = jest.spyOn(gateway.app.get(EventWatches), 'begin');
  const client = await follow();
  begin.mock.calls[0]?.[1]();
  await client.untilOver();
  expect((await follow()).status).toBe(200);
});

it('ends those whose token is revoked while that of an earlier one cannot be looked up', async () => {
  const put = (text: string) =>
    gateway.bus.snapshots.put(
      TokenSnapshot,
      { token_hash: tokenHash(text) },
      { token_id: 'tok_9', organisation_id: 'org_a', scopes: ['executions:read'] },
    );
  const [odd, revoked] = ['a-token-that-is-not-found-out', 'a-token-that-is-soon-revoked'];
  await Promise.all([put(odd), put(revoked)]);
  const [first, second] = [await follow(odd), await follow(revoked)];
  const { snapshots } = gateway.app.get<Bus>(BUS);
  const get = snapshots.get.bind(snapshots);
  jest.spyOn(snapshots, 'get').mockImplementation((definition, address, options) => {
    if ((address as { token_hash?: string }).token_hash === tokenHash(odd)) throw new Error('not now');
    return get(definition, address, options);
  });
  await gateway.bus.snapshots.delete(TokenSnapshot, { token_hash: tokenHash(revoked) });
  await second.untilOver();
  expect(first.isOver).toBe(false);
});
