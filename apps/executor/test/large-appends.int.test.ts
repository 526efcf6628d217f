import type { INestMicroservice } from '@nestjs/common';
import { JournalEntry, LIMITS, newId, RunRequested, type RunRequest } from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { LargeAppends } from '../src/executions/large-appends.js';
import { aRequest, connectClient, endOf, startExecution, startExecutor, workflowOf } from './executor.fixture.js';

const AT_ONCE = LIMITS.largeBodiesAtOnce / 2;

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  executor = await startExecutor(nats.url);
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await nats?.stop();
});

const sized = (bytes: number): object =>
  workflowOf([{ id: 'say', type: 'transform', config: { output: `{{'x'.repeat(${bytes})}}` } }]);

/** Holds the large entries that the executor sends until {@link let} is called; counts those that it holds. */
function holdLargeEntries() {
  const own = executor.get<NatsBus>(BUS);
  const publish = own.publish.bind(own) as (...args: unknown[]) => Promise<unknown>;
  let let_: () => void = () => undefined;
  const allowed = new Promise<void>((resolve) => (let_ = resolve));
  const held = { now: 0, most: 0 };
  jest.spyOn(own, 'publish').mockImplementation((async (...args: unknown[]) => {
    const [message, payload] = args;
    if (message !== JournalEntry || JSON.stringify(payload).length <= LIMITS.inlinePayloadBytes)
      return publish(...args);
    held.most = Math.max(held.most, ++held.now);
    await allowed;
    return publish(...args).finally(() => held.now--);
  }) as NatsBus['publish']);
  return { held, let: () => let_() };
}

test('executions with large results append a few of them at a time, and one with small results does not wait for them', async () => {
  const { held, ...entries } = holdLargeEntries();
  const asked = jest.spyOn(LargeAppends.prototype, 'run');
  const first = await aRequest(bus, sized(2 * LIMITS.inlinePayloadBytes));
  const many: RunRequest[] = Array.from({ length: AT_ONCE + 1 }, () => ({
    ...first,
    execution_id: newId('execution'),
  }));
  for (const request of many) await bus.publish(RunRequested, request);
  const wanted = () =>
    asked.mock.calls.filter(([owner, bytes]) => owner === first.organisation_id && bytes > LIMITS.inlinePayloadBytes)
      .length;
  await waitUntil('all to have a large entry to append', () => wanted() === many.length, 60_000);
  await waitUntil('the first of them', () => held.now === AT_ONCE, 60_000);
  await endOf(bus, await startExecution(bus, sized(10)));
  expect(held.now).toBe(AT_ONCE);
  entries.let();
  for (const request of many) expect(await endOf(bus, request)).toMatchObject({ type: 'completed' });
  expect(held.most).toBe(AT_ONCE);
});
