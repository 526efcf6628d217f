import { setTimeout as sleep } from 'node:timers/promises';
import { startNats, type OwnServer } from '@millrace/testing';
import { connectBus, natsUsers, silentLogger, type NatsBus } from '../src/index.js';

/* During an upgrade services are replaced one after the other, `gateway` last: a stream that is new may be its own. */

let nats: OwnServer;
const buses: NatsBus[] = [];

async function start(name: string): Promise<void> {
  const url = nats.url.replace('://', `://${name}:${name}-password@`);
  buses.push(await connectBus({ url, name, logger: silentLogger }));
}

beforeAll(async () => {
  nats = await startNats({ users: natsUsers().map((user) => ({ ...user, password: `${user.user}-password` })) });
});
afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await nats.stop();
});

test('a service starts without the streams of others that it does not need, and waits for those that it needs', async () => {
  await Promise.all(['definitions', 'executor', 'history', 'scheduler', 'email-ingest'].map(start));
  let isThere = false;
  // It looks up in a stream of the gateway which deliveries it has seen.
  const dispatcher = start('webhook-dispatcher').then(() => (isThere = true));
  await sleep(1_000);
  expect(isThere).toBe(false);
  await start('gateway');
  await dispatcher;
}, 60_000);
