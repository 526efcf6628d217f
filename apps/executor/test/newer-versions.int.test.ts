import type { INestMicroservice } from '@nestjs/common';
import { JournalEntry, newId, type ExecutionEvent, RunRequested, type RunRequest } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { eventsAtEnd, publishWorkflow, queueIsEmpty, startExecutor, topology, workflowOf } from './executor.fixture.js';

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger, topology });
  executor = await startExecutor(nats.url);
});

afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await nats?.stop();
});

it('goes on with an execution that a newer version has begun, over what only that one knows', async () => {
  const steps = [
    { id: 'first', type: 'transform', config: { output: 1 } },
    { id: 'second', type: 'transform', config: { output: '{{first.output}} for {{trigger.thought.of}}' } },
  ];
  const trigger = { type: 'telepathy', thought: { of: 'Ada' } } as unknown as RunRequest['trigger'];
  const at = new Date().toISOString();
  const workflow = await publishWorkflow(bus, workflowOf(steps));
  const execution_id = newId('execution');
  const { organisation_id, ...version } = workflow;
  const events = [
    { type: 'started', at, ...version, accepted_at: at, trigger, input: {}, later: { deep: [1] } },
    { type: 'teleported', at, path: 'first', step_type: 'transform', attempt: 7, output: 'wrong' },
    { type: 'step_completed', at, path: 'first', step_type: 'transform', started_at: at, attempt: 1, output: 2 },
    { type: 'step_teleported', at, path: 'second', step_type: 'transform' },
  ] as unknown as ExecutionEvent[];
  await bus.publish(JournalEntry, { entry_id: 'newer:0', execution_id, organisation_id, events });

  const request = { ...workflow, execution_id, generation: 0, accepted_at: at, trigger, input: {} };
  await bus.publish(RunRequested, request);
  const recorded = await eventsAtEnd(bus, request);
  expect(recorded.slice(0, events.length)).toEqual(events);
  expect(recorded.at(-1)).toMatchObject({ type: 'completed', output: '2 for Ada' });
  await queueIsEmpty(bus);
  const reply = await bus.connection.request('$JS.API.STREAM.INFO.DLQ');
  expect(reply.json<{ state: { messages: number } }>().state.messages).toBe(0);
});
