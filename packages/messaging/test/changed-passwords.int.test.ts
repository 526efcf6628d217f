import { freePort, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, type NatsBus } from '../src/index.js';

/* NATS refuses for a while what a process has as its password: docs/operate.md, Passwords. */

const errors: string[] = [];
const passwords = { PASSWORD: 'before' };
let nats: OwnServer;
let bus: NatsBus;

beforeAll(async () => {
  const port = await freePort();
  const configuration = [
    `listen: "127.0.0.1:${port}"`,
    'jetstream { store_dir: "<data>", max_file_store: 1G }',
    'authorization { users = [ { user: passwords, password: $PASSWORD } ] }',
  ];
  nats = await startNats({
    port,
    given: { files: { 'nats.conf': `${configuration.join('\n')}\n` }, env: passwords },
  });
  bus = await connectBus({
    url: `nats://passwords:before@127.0.0.1:${port}`,
    name: 'passwords',
    logger: { ...silentLogger, error: (_fields: object, message: string) => void errors.push(message) },
  });
});
afterAll(async () => {
  try {
    await bus.close();
  } finally {
    await nats.stop();
  }
});

test('a connection that was refused many times comes back, once, when its password counts again', async () => {
  let refusals = 0;
  let returns = 0;
  bus.onReconnect(() => (returns += 1));
  void (async () => {
    for await (const { type } of bus.connection.status()) if (type === 'error') refusals += 1;
  })();
  passwords.PASSWORD = 'another';
  await nats.restart();
  await waitUntil('NATS to have refused it three times', () => refusals >= 3);
  expect(returns).toBe(0);
  passwords.PASSWORD = 'before';
  await nats.restart();
  await waitUntil('the connection to be back', () => returns > 0);
  await bus.connection.flush();
  expect(returns).toBe(1);
  expect(errors).toEqual([expect.stringContaining('NATS refuses the user or password of MILLRACE_NATS_URL')]);
});
