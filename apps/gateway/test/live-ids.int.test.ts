import { WatchEvents } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';
import { StreamClient } from './live.fixture.js';

let gateway: RunningGateway;
/** In the place of definitions, which is another process. */
let definitions: NatsBus;
beforeAll(async () => {
  gateway = await startGateway();
  definitions = await connectBus({ url: gateway.natsUrl, name: 'definitions', logger: silentLogger });
  definitions.connection.subscribe(WatchEvents.subject, {
    callback: (_, message) => {
      message.respond(JSON.stringify({ until: '2026-11-27T09:00:00.000Z' }));
    },
  });
  await definitions.connection.flush();
});
afterAll(async () => {
  await definitions?.close();
  await gateway?.stop();
});

/** The id of where a stream of the organisation begins. */
async function beginning(): Promise<string> {
  const client = await StreamClient.open(`${gateway.url}/v1/events`, TOKEN, {});
  await waitUntil('the place', () => client.lastEventId);
  client.close();
  return client.lastEventId;
}

it('the id of a place without an event is another one each time: nobody can see whether anything has happened to others', async () => {
  const [first, second] = [await beginning(), await beginning()];
  expect([first, second]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(first).not.toBe(second);
});

it('an id of an earlier release is refused, which says so and names the header', async () => {
  const { status, body } = await gateway.call('GET', '/v1/events', { headers: { 'last-event-id': '4711' } });
  const issues = [{ path: 'Last-Event-ID', message: expect.stringContaining('earlier releases') }];
  expect([status, body.error]).toEqual([
    400,
    expect.objectContaining({
      code: 'INVALID_INPUT',
      message: 'The header Last-Event-ID is not valid',
      details: { issues },
    }),
  ]);
});
