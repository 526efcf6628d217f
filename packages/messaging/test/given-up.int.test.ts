import { Controller } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import { RunRequested, type RunRequest } from '@millrace/contracts';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { OnGivenUp, OnMessage, PayloadMissingError, TerminalError, type GivenUp } from '../src/index.js';
import { startService, type TestService } from './start-service.js';

/** What the service is called with in the running test, and what it does then. */
let told: GivenUp[];
let tell: (given: GivenUp) => Promise<void>;

@Controller()
class RunsController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 6 })
  run(run: RunRequest): void {
    if (run.version === 13) throw new TerminalError('Version 13 brings bad luck');
  }

  @OnGivenUp(RunRequested, { group: 'executor' })
  async giveUp(given: GivenUp): Promise<void> {
    told.push(given);
    await tell(given);
  }
}

let nats: OwnServer;
let service: TestService;

beforeEach(async () => {
  told = [];
  tell = () => Promise.resolve();
  nats = await startNats();
  service = await startService({ url: nats.url, name: 'runner', controllers: [RunsController] });
});
afterEach(async () => {
  try {
    await service.close();
  } finally {
    await nats.stop();
  }
});

async function messagesIn(stream: string): Promise<number> {
  const manager = await jetstreamManager(service.bus.connection);
  return (await manager.streams.info(stream)).state.messages;
}

test('the service is called with a single message before it becomes a dead letter, and with what can be read of it', async () => {
  const before: number[] = [];
  tell = async () => void before.push(await messagesIn('DLQ'));
  const run = aRunRequest({ version: 13 });
  const { sequence } = await service.bus.publish(RunRequested, run);
  await service.bus.publish(RunRequested, aRunRequest());
  await waitUntil('the queue to be empty', async () => (await messagesIn('RUNS')) === 0);
  expect(told).toMatchObject([
    {
      sequence,
      subject: RunRequested.subject(run),
      reason: 'Version 13 brings bad luck',
      storedAt: expect.any(Number),
    },
  ]);
  expect(JSON.parse(Buffer.from((await told[0]?.read()) ?? []).toString())).toEqual(run);
  expect([...before, await messagesIn('DLQ')]).toEqual([0, 1]);
});

test('a message of which the service could not leave word comes again', async () => {
  tell = () => (told.length === 1 ? Promise.reject(new Error('NATS is away')) : Promise.resolve());
  await service.bus.publish(RunRequested, aRunRequest({ version: 13 }));
  await waitUntil('the queue to be empty', async () => (await messagesIn('RUNS')) === 0);
  expect(told).toHaveLength(2);
  expect(await messagesIn('DLQ')).toBe(1);
});

test('a large message whose payload is gone still carries its outline', async () => {
  let released = (): void => undefined;
  const purged = new Promise<void>((resolve) => (released = resolve));
  tell = () => purged;
  const { input: _input, ...outline } = aRunRequest({ version: 13 });
  await service.bus.publish(RunRequested, { ...outline, input: 'x'.repeat(1_000_000) });
  await waitUntil('the word', () => told.length > 0);
  const manager = await jetstreamManager(service.bus.connection);
  await manager.streams.purge('OBJ_payloads');
  const [given] = told;
  await expect(given?.read()).rejects.toThrow(PayloadMissingError);
  expect(JSON.parse(Buffer.from(given?.inline ?? []).toString())).toEqual(outline);
  released();
});
