import type { INestMicroservice } from '@nestjs/common';
import { newId, RunRequested, type ExecutionEvent, type TestRun } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { FakeHttpServer, startNats, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, eventsAtEnd, startExecutor, workflowOf } from './executor.fixture.js';
import { saveWorkflow } from './saved-workflow.fixture.js';

/* Executions that only try something: what of their document is run, and what takes the place of the rest. */

let nats: OwnServer;
let bus: NatsBus;
let server: FakeHttpServer;
let executor: INestMicroservice;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  server = await FakeHttpServer.start();
  executor = await startExecutor(nats.url);
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await server?.stop();
  await nats?.stop();
});
beforeEach(() => void server.calls.splice(0));

const transform = (id: string, output: unknown, rest: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...rest,
});
const call = (id: string, rest: object = {}) => ({ id, type: 'http', config: { url: `${server.url}/${id}` }, ...rest });

/** Runs a test of the document to its end. */
async function tried(document: object, test: TestRun = {}, input: unknown = {}): Promise<readonly ExecutionEvent[]> {
  const request = {
    ...(await aRequest(bus, document, input)),
    trigger: { type: 'test', runs: 'version' } as const,
    test,
  };
  await bus.publish(RunRequested, request);
  return eventsAtEnd(bus, request);
}
/** What became of each step run. */
const outcomes = (events: readonly ExecutionEvent[]) =>
  events.flatMap((event) => {
    if (event.type === 'step_skipped') return [[event.path, 'skipped']];
    if (event.type === 'step_completed') return [[event.path, event.output, event.stand_in ?? 'run']];
    return event.type === 'step_failed' ? [[event.path, event.error.code, event.stand_in ?? 'run']] : [];
  });

it('takes results from the test in the place of steps, in loops and branches too', async () => {
  const steps = [
    call('fetch'),
    {
      id: 'check',
      type: 'condition',
      config: { condition: 'fetch.output > 1', true_branch: 'big', false_branch: 'small' },
    },
    transform('big', 'big'),
    transform('small', 'small'),
    {
      id: 'each',
      type: 'loop',
      config: { items: [1, 2], steps: [call('inner'), transform('after', '{{inner.output + item}}')] },
    },
  ];
  const results = {
    fetch: { by: 'mock', output: 1 },
    check: { by: 'pin', output: { result: true, branch: 'true' } },
    inner: { by: 'pin', output: 10 },
  } as const;
  const events = await tried(workflowOf(steps), { results });
  expect(outcomes(events)).toEqual([
    ['fetch', 1, 'mock'],
    ['check', { result: true, branch: 'true' }, 'pin'],
    ['big', 'big', 'run'],
    ['each[0].inner', 10, 'pin'],
    ['each[0].after', 11, 'run'],
    ['each[1].inner', 10, 'pin'],
    ['each[1].after', 12, 'run'],
    ['each', [11, 12], 'run'],
  ]);
  expect(server.calls).toEqual([]);
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: [11, 12] });
});

it('fails a step as the test says, and goes on as its workflow does', async () => {
  const failing = { by: 'mock', error: { code: 'STEP_FAILED', message: 'no stock' } } as const;
  const document = workflowOf([
    call('fetch', { on_error: { goto: 'rescue' } }),
    transform('rescue', '{{fetch.error.message}}'),
  ]);
  const events = await tried(document, { results: { fetch: failing } });
  expect(outcomes(events)).toEqual([
    ['fetch', 'STEP_FAILED', 'mock'],
    ['rescue', 'no stock', 'run'],
  ]);
});

it('renders what reaches outside, and runs the rest, without effects', async () => {
  const child = { id: 'child', type: 'sub_workflow', config: { workflow_id: newId('workflow'), input: '{{input}}' } };
  const approval = { id: 'ask', type: 'approval', config: { message: 'Really?' } };
  const code = { id: 'count', type: 'code', config: { source: 'return 1 + 1' } };
  const events = await tried(workflowOf([call('fetch'), child, approval, code]), { effects: false });
  expect(outcomes(events)).toEqual([
    ['fetch', null, 'rendered'],
    ['child', null, 'rendered'],
    ['ask', null, 'rendered'],
    ['count', 2, 'run'],
  ]);
  expect(server.calls).toEqual([]);
  const broken = await tried(workflowOf([call('fetch', { config: { url: '{{input.url}}' } })]), { effects: false });
  expect(broken.at(-1)).toMatchObject({ type: 'failed', error: { code: 'EXPRESSION_FAILED' } });
});

it('takes none of that where the execution is no test', async () => {
  const test = { results: { fetch: { by: 'mock', output: 1 } }, effects: false } as const;
  const request = { ...(await aRequest(bus, workflowOf([call('fetch'), call('other')]))), test };
  await bus.publish(RunRequested, request);
  const events = await eventsAtEnd(bus, request);
  expect(outcomes(events)).toEqual([
    ['fetch', expect.objectContaining({ status: 200 }), 'run'],
    ['other', expect.objectContaining({ status: 200 }), 'run'],
  ]);
  expect(server.calls.map(({ path }) => path)).toEqual(['/fetch', '/other']);
});

it('ends with the step that it is to go to, also inside of a loop', async () => {
  const inner = [transform('one', '{{item}}'), transform('two', 'not reached')];
  const each = { id: 'each', type: 'loop', config: { items: [1, 2], steps: inner } };
  const document = { ...workflowOf([transform('first', 1), each, transform('last', 3)]), output: '{{last.output}}' };
  expect((await tried(document, { until: 'first' })).at(-1)).toMatchObject({ type: 'completed', output: 1 });
  const events = await tried(document, { until: 'one' });
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: [1, 2] });
  expect(outcomes(events).map(([path]) => path)).toEqual(['first', 'each[0].one', 'each[1].one', 'each']);
});

it('runs one step alone, with what takes the place of those before it', async () => {
  const condition = { id: 'check', type: 'condition', config: { condition: 'input.no.such', true_branch: 'b' } };
  const steps = [
    transform('a', '{{input.missing.value}}'),
    condition,
    transform('b', '{{a.output}} {{input.x}}'),
    call('c'),
  ];
  const events = await tried(
    workflowOf(steps),
    { only: 'b', results: { a: { by: 'pin', output: 'pinned' } } },
    { x: 1 },
  );
  expect(outcomes(events)).toEqual([
    ['a', 'pinned', 'pin'],
    ['check', 'skipped'],
    ['b', 'pinned 1', 'run'],
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'pinned 1' });
});

it('runs a document that is not saved, also when it is resumed after a wait', async () => {
  const wait = { id: 'pause', type: 'wait', config: { duration: '3s' } };
  const unsaved = workflowOf([wait, call('fetch'), transform('mine', '{{trigger.type}} {{fetch.output}}')]);
  const results = { fetch: { by: 'mock', output: 'mocked' } } as const;
  const events = await tried(workflowOf([transform('saved', 1)]), { document: JSON.stringify(unsaved), results });
  expect(events.map(({ type }) => type)).toContain('suspended');
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'api mocked' });
  const broken = await tried(workflowOf([transform('saved', 1)]), { document: '{"name":"x","steps":[{"id":"a"}]}' });
  expect(broken.at(-1)).toMatchObject({ type: 'failed', error: { code: 'EXECUTION_FAILED' } });
});

it('waits for no slot and takes none, and its failure starts nothing', async () => {
  const settings = { concurrency: { limit: 1, on_conflict: 'skip' }, on_failure_workflow: newId('workflow') };
  const document = { ...workflowOf([transform('a', '{{input.missing.value}}')]), settings };
  const events = await tried(document);
  expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'EXPRESSION_FAILED' } });
  expect(events.at(-1)).not.toHaveProperty('linked');
  const slots = await bus.connection.request('$JS.API.STREAM.INFO.KV_slots');
  expect(slots.json<{ state: { last_seq: number } }>().state.last_seq).toBe(0);
});

it('makes tests of the executions that its steps start', async () => {
  const parent = await aRequest(bus, workflowOf([transform('x', 1)]));
  const workflow_id = await saveWorkflow(
    bus,
    [transform('of_child', '{{trigger.type}}')],
    {},
    {
      organisation_id: parent.organisation_id,
    },
  );
  const step = { id: 'sub', type: 'sub_workflow', config: { workflow_id } };
  const document = JSON.stringify(workflowOf([step]));
  const request = { ...parent, trigger: { type: 'test', runs: 'document' } as const, test: { document } };
  await bus.publish(RunRequested, request);
  const events = await eventsAtEnd(bus, request);
  const started = events.find((event) => event.type === 'step_waiting');
  const id = started?.type === 'step_waiting' ? (started.child?.execution_id ?? '') : '';
  const ofChild = await eventsAtEnd(bus, { ...request, execution_id: id });
  expect(ofChild[0]).toMatchObject({ type: 'started', trigger: { type: 'workflow', test: true } });
});
