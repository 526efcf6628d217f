import type { INestMicroservice } from '@nestjs/common';
import {
  defineSnapshot,
  JournalEntry,
  newId,
  type ExecutionEvent,
  RunRequested,
  type RunRequest,
  type SlotGroup,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import { groupOf } from '../src/concurrency/concurrency-slots.js';
import {
  aRequest,
  eventsAtEnd,
  publishWorkflow,
  queueIsEmpty,
  startExecutor,
  topology,
  workflowOf,
} from './executor.fixture.js';

/** The slots of a newer version. */
const NewerSlots = defineSnapshot({
  name: 'slots',
  key: ({ organisation_id, workflow_id, group }: SlotGroup) => `${organisation_id}.${workflow_id}.${group}`,
  schema: z.record(z.string(), z.unknown()),
});

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
  expect(await deadLetters()).toBe(0);
});

it('leaves an execution in the queue while a record that it needs can be read by newer versions only', async () => {
  const request = await limited(1, [{ id: 'say', type: 'transform', config: { output: 'Ada' } }]);
  const group = groupOf(request, '');
  const revision = await bus.slotRecords.write(NewerSlots, group, { running: { byPriority: [] }, waiting: [] }, 0);
  await bus.publish(RunRequested, request);
  await waitUntil('it was tried', async () => (await redeliveries()) > 0);
  expect(await deadLetters()).toBe(0);

  await bus.slotRecords.remove(NewerSlots, group, revision);
  expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: 'Ada' });
  await queueIsEmpty(bus);
  expect(await deadLetters()).toBe(0);
});

it('keeps what a newer version has added to a record that it writes again', async () => {
  const request = await limited(2, [{ id: 'stay', type: 'wait', config: { duration: '1h' } }]);
  const group = groupOf(request, '');
  const newer = { running: [{ id: newId('execution'), priority: 1 }], waiting: [], later: { deep: [1] } };
  await bus.slotRecords.write(NewerSlots, group, newer, 0);
  await bus.publish(RunRequested, request);
  await queueIsEmpty(bus);
  const { value } = (await bus.slotRecords.read(NewerSlots, group)) ?? {};
  expect(value).toEqual({ ...newer, running: [...newer.running, { id: request.execution_id }] });
});

/** A request to run a workflow of which so many executions may run at once. */
function limited(limit: number, steps: object[]): Promise<RunRequest> {
  return aRequest(bus, workflowOf(steps, { settings: { concurrency: { limit } } }));
}

async function deadLetters(): Promise<number> {
  const reply = await bus.connection.request('$JS.API.STREAM.INFO.DLQ');
  return reply.json<{ state: { messages: number } }>().state.messages;
}

/** Messages of the queue that were delivered more than once and are still there. */
async function redeliveries(): Promise<number> {
  const reply = await bus.connection.request('$JS.API.CONSUMER.LIST.RUNS');
  const { consumers } = reply.json<{ consumers: { num_redelivered: number }[] }>();
  return consumers.reduce((sum, { num_redelivered }) => sum + num_redelivered, 0);
}
