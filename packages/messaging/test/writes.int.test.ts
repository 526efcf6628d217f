import { Socket } from 'node:net';
import { RunRequested } from '@millrace/contracts';
import { aRunRequest, startNats, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, type NatsBus } from '../src/index.js';

const MESSAGES = 20;

let nats: OwnServer;
let bus: NatsBus;

beforeEach(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'writes-test', logger: silentLogger });
});
afterEach(async () => {
  await bus.close();
  await nats.stop();
});

/** One message, sent from a callback of its own, as each call of a busy gateway is. */
function sendFromItsOwnCallback(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    setTimeout(() => void bus.lastOnSubject(RunRequested, aRunRequest()).then(resolve, reject), 20);
  });
}

it('what all callbacks of one turn of the event loop send leaves in one write', async () => {
  await sendFromItsOwnCallback();
  const write = jest.spyOn(Socket.prototype, 'write');
  try {
    await Promise.all(Array.from({ length: MESSAGES }, sendFromItsOwnCallback));
    // The timers fall due in one turn; a busy machine may split them over a few.
    expect(write.mock.calls.length).toBeLessThan(MESSAGES / 2);
  } finally {
    write.mockRestore();
  }
});
