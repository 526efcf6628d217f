import type { INestMicroservice } from '@nestjs/common';
import { JournalEntry, RunRequested, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import {
  aRequest,
  connectClient,
  eventsAtEnd,
  eventsOf,
  queueIsEmpty,
  startExecutor,
  workflowOf,
} from './executor.fixture.js';

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice | undefined;

beforeEach(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
});
afterEach(async () => {
  await executor?.close();
  executor = undefined;
  await bus.close();
  await nats.stop();
});

const requestOf = async (input: unknown = {}): Promise<RunRequest> => ({
  ...(await aRequest(bus, workflowOf([{ id: 'say', type: 'transform', config: { output: 1 } }]), input)),
  accepted_at: '2026-11-25T01:00:00.000Z',
  trigger: { type: 'webhook', webhook_id: 'wh_1', method: 'POST', headers: {}, query: {} },
});

const ask = async <Answer>(subject: string) => (await bus.connection.request(`$JS.API.${subject}`)).json<Answer>();
const failed = { type: 'failed', error: { code: 'INPUT_LOST' } };

/** The begin of an execution, as it was recorded. */
function startedOf(request: RunRequest): ExecutionEvent {
  const { workflow_id, version, accepted_at, trigger } = request;
  return { type: 'started', at: accepted_at, workflow_id, version, accepted_at, trigger, input: {} };
}

async function record(request: RunRequest, events: ExecutionEvent[]): Promise<void> {
  const { execution_id, organisation_id } = request;
  await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events });
}

describe('a request to run that cannot be read', () => {
  it('because its input has expired ends its execution, of which all but the input is known', async () => {
    const request = await requestOf('x'.repeat(1_000_000));
    await bus.publish(RunRequested, request);
    await ask('STREAM.PURGE.OBJ_payloads');
    executor = await startExecutor(nats.url);
    const { workflow_id, version, accepted_at, trigger } = request;
    expect(await eventsAtEnd(bus, request)).toMatchObject([
      { type: 'started', workflow_id, version, accepted_at, trigger, input: null },
      failed,
    ]);
    await queueIsEmpty(bus);
    expect(await ask('STREAM.INFO.DLQ')).toMatchObject({ state: { messages: 1 } });
  });

  it('because it is damaged ends its execution, of which as much is known as can be read', async () => {
    const [wrong, broken, list] = [await requestOf(), await requestOf(), await requestOf()];
    const send = (request: RunRequest, text: string) => bus.connection.publish(RunRequested.subject(request), text);
    send(wrong, JSON.stringify({ ...wrong, version: 'one', trigger: 'none' }));
    send(broken, '{"execution_id":');
    send(list, '[1]');
    executor = await startExecutor(nats.url);
    const { workflow_id, accepted_at } = wrong;
    const begin = { type: 'started', version: 0, trigger: { type: 'unknown' } };
    expect(await eventsAtEnd(bus, wrong)).toMatchObject([{ ...begin, workflow_id, accepted_at }, failed]);
    for (const request of [broken, list])
      expect(await eventsAtEnd(bus, request)).toMatchObject([{ ...begin, workflow_id: '' }, failed]);
    await queueIsEmpty(bus);
  });

  it('ends an execution that had begun where it is, and leaves one that has ended as it is', async () => {
    const [begun, ended] = [await requestOf(), await requestOf()];
    await record(begun, [startedOf(begun)]);
    await record(ended, [startedOf(ended), { type: 'completed', at: ended.accepted_at, output: 1 }]);
    for (const request of [begun, ended]) bus.connection.publish(RunRequested.subject(request), 'no json');
    executor = await startExecutor(nats.url);
    expect(await eventsAtEnd(bus, begun)).toMatchObject([startedOf(begun), failed]);
    await queueIsEmpty(bus);
    expect((await eventsOf(bus, ended)).map(({ type }) => type)).toEqual(['started', 'completed']);
  });

  it('ends an execution whose journal cannot be read either', async () => {
    const request = await requestOf();
    const large = { output: 'x'.repeat(1_000_000), step_type: 'transform', attempt: 1, path: 'say' };
    const { accepted_at: at } = request;
    await record(request, [startedOf(request), { type: 'step_completed', at, started_at: at, ...large }]);
    await ask('STREAM.PURGE.OBJ_payloads');
    await bus.publish(RunRequested, request);
    executor = await startExecutor(nats.url);
    await queueIsEmpty(bus);
    expect((await bus.lastOnSubject(JournalEntry, request))?.payload.events).toMatchObject([failed]);
  });
});
