import type { INestMicroservice } from '@nestjs/common';
import { newId, RunRequested } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { addLateCopies, startNats, type OwnServer } from '@millrace/testing';
import { connectClient, eventsAtEnd, startExecutor } from './executor.fixture.js';
import { requestOf, saveWorkflow } from './saved-workflow.fixture.js';

/*
 * In a cluster any copy of a stream serves a read. Here every other read of the queue and of journals is served by one that has nothing of
 * what was stored: neither a waking nor the end of a sub-workflow may get lost by it.
 */

jest.setTimeout(180_000);

const EXECUTIONS = 20;

const organisation_id = newId('organisation');
let nats: OwnServer;
let bus: NatsBus;
let app: INestMicroservice | undefined;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  await addLateCopies(bus.connection, ['JOURNAL_0', 'JOURNAL_1', 'RUNS']);
  app = await startExecutor(nats.url);
});
afterAll(async () => {
  await app?.close();
  await bus.close();
  await nats.stop();
});

test('executions that wait for a time and for other executions all end, though half of the reads find nothing', async () => {
  const give = { id: 'give', type: 'transform', config: { output: '{{input.n * 2}}' } };
  const pause = { id: 'pause', type: 'wait', config: { duration: '2100ms' } };
  const child = await saveWorkflow(bus, [pause, give], {}, { organisation_id });
  const call = { id: 'call', type: 'sub_workflow', config: { workflow_id: child, input: { n: '{{input.n}}' } } };
  const workflow_id = await saveWorkflow(bus, [call], {}, { organisation_id });
  const requests = Array.from({ length: EXECUTIONS }, (_, n) => requestOf({ organisation_id, workflow_id }, { n }));
  await Promise.all(requests.map((request) => bus.publish(RunRequested, request)));
  for (const [n, request] of requests.entries())
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: n * 2 });
});

test('executions that wait for each other all get their turn, though half of the reads find nothing', async () => {
  const pause = { id: 'pause', type: 'wait', config: { duration: '100ms' } };
  const settings = { concurrency: { limit: 2 } };
  const workflow_id = await saveWorkflow(bus, [pause], { settings }, { organisation_id });
  const requests = Array.from({ length: EXECUTIONS }, () => requestOf({ organisation_id, workflow_id }));
  await Promise.all(requests.map((request) => bus.publish(RunRequested, request)));
  for (const request of requests) expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
});
