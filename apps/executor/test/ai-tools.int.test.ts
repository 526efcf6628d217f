import type { ChildProcess } from 'node:child_process';
import type { INestMicroservice } from '@nestjs/common';
import {
  CancelExecution,
  derivedId,
  newId,
  RunRequested,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import { HEADERS, newHeaders, type NatsBus } from '@millrace/messaging';
import { FakeHttpServer, startNats, waitUntil, type FakeHttpAnswer, type OwnServer } from '@millrace/testing';
import {
  connectClient,
  eventsAtEnd,
  eventsOf,
  queueIsEmpty,
  spawnExecutor,
  startExecutor,
} from './executor.fixture.js';
import { requestOf, saveWorkflow } from './saved-workflow.fixture.js';
import { chatAnswer, toolAnswer } from './support/model-answers.js';

/* Models that use workflows as tools, against a real NATS server and executors that are killed. */

jest.setTimeout(120_000);

const CHAT = '/v1/chat/completions';
/** The fewest that an executor takes at the same time. */
const FEWEST_SLOTS = 5;
const MOST_KILLS = 15;

const organisation_id = newId('organisation');
let nats: OwnServer;
let bus: NatsBus;
let model: FakeHttpServer;
let aiProviders: object;
let app: INestMicroservice | undefined;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  model = await FakeHttpServer.start();
  aiProviders = {
    own: { type: 'openai_compatible', base_url: `${model.url}/v1`, api_key: 'sk-correct-horse', models: ['m'] },
  };
  app = await startExecutor(nats.url, { aiProviders, concurrency: FEWEST_SLOTS });
});

afterAll(async () => {
  await app?.close();
  await bus?.close();
  await model?.stop();
  await nats?.stop();
});

interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

const give = (output: unknown) => ({ id: 'give', type: 'transform', config: { output } });
const tool = (name = 'find_order', rest: object = {}) => ({
  settings: { tool: { name, description: 'Finds an order', input_schema: { type: 'object' } }, ...rest },
});
const save = (steps: object[], rest: object = {}, of: { status?: string; organisation_id?: string } = {}) =>
  saveWorkflow(bus, steps, rest, { organisation_id, ...of });
const asks = (workflowIds: readonly string[], config: object = {}, rest: object = {}) => ({
  id: 'ask',
  type: 'ai_completion',
  config: { prompt: 'Order {{input.n}}', tools: workflowIds.map((workflow_id) => ({ workflow_id })), ...config },
  ...rest,
});

async function start(workflow_id: string, input: unknown = { n: 7 }): Promise<RunRequest> {
  const request = requestOf({ organisation_id, workflow_id }, input);
  await bus.publish(RunRequested, request);
  return request;
}

const run = async (workflow_id: string, input?: unknown): Promise<ExecutionEvent[]> =>
  eventsAtEnd(bus, await start(workflow_id, input));

function childrenOf(events: readonly ExecutionEvent[]): RunRequest[] {
  const children = events.flatMap((event) => (event.type === 'step_waiting' ? (event.children ?? []) : []));
  return children.map(({ execution_id }) => ({ organisation_id, execution_id }) as RunRequest);
}

/** Asks for the tool until it has been told what it returns. */
function usesTool({ body }: { body: string }): FakeHttpAnswer {
  const { messages } = JSON.parse(body) as Sent;
  const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
  if (told.length > 0) return chatAnswer(told.join(' and '));
  const n = Number(/Order (\d+)/.exec(messages[0]?.content ?? '')?.[1]);
  return toolAnswer([{ id: 'call_1', name: 'find_order', input: { number: n } }]);
}

it('a model has a workflow run with what it passes, and responds with what that returns', async () => {
  model.on(CHAT, usesTool);
  const find = await save([give({ state: 'order {{input.number}} is sent' })], tool());
  const request = await start(await save([asks([find])]));
  const events = await eventsAtEnd(bus, request);
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: { state: 'order 7 is sent' } });
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['suspended', 'child_ended', 'woken']));
  // Both rounds together.
  const usage = { provider: 'own', model: 'm', input_tokens: 6, output_tokens: 2 };
  expect(events).toContainEqual(expect.objectContaining({ type: 'step_completed', attempt: 1, usage: expect.objectContaining(usage) as unknown })); // prettier-ignore
  const [child] = childrenOf(events);
  const [started] = await eventsOf(bus, child as RunRequest);
  const trigger = { type: 'workflow', step_path: 'ask', awaited: true, depth: 1 };
  expect(started).toMatchObject({ type: 'started', workflow_id: find, input: { number: 7 }, trigger });
  await queueIsEmpty(bus);
  // Whoever makes this call of this attempt begins the same one.
  const waiting = events.find((event) => event.type === 'step_waiting');
  const source = [organisation_id, 'tool', request.execution_id, 'ask', '1', '0.0'] as const;
  expect(child?.execution_id).toBe(derivedId('execution', Date.parse(waiting?.started_at ?? ''), source));
});

it('tools of one round run side by side, and one that fails is reported to the model', async () => {
  model.sequence(CHAT, [
    toolAnswer([
      { id: 'a', name: 'find_order', input: {} },
      { id: 'b', name: 'fails', input: {} },
    ]),
    chatAnswer('One of them failed.'),
  ]);
  const find = await save([give('found')], tool());
  const stop = { id: 'end', type: 'stop', config: { status: 'failed', message: 'No stock' } };
  const before = model.callsTo(CHAT).length;
  const events = await run(await save([asks([find, await save([stop], tool('fails'))])]));
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'One of them failed.' });
  expect(childrenOf(events)).toHaveLength(2);
  const { messages } = JSON.parse(model.callsTo(CHAT)[before + 1]?.body ?? '') as Sent;
  expect(messages.slice(2).map(({ content }) => content)).toEqual(['found', 'The sub-workflow failed: No stock']);
});

it('executions that wait for their tools hold no slots that these need', async () => {
  model.on(CHAT, usesTool);
  const find = await save([give('{{input.number}}')], tool());
  const parent = await save([asks([find])]);
  const requests = [];
  for (let n = 0; n < 4 * FEWEST_SLOTS; n++) requests.push(await start(parent, { n }));
  const ends = await Promise.all(requests.map((request) => eventsAtEnd(bus, request)));
  expect(ends.map((events) => events.at(-1))).toMatchObject(
    requests.map((_, n) => ({ type: 'completed', output: String(n) })),
  );
});

it.each([
  ['WORKFLOW_NOT_FOUND', tool(), { organisation_id: newId('organisation') }],
  ['WORKFLOW_PAUSED', tool(), { status: 'paused' }],
  ['WORKFLOW_NOT_ACTIVE', tool(), { status: 'draft' }],
  ['WORKFLOW_NOT_A_TOOL', {}, {}],
])('a workflow that may not be used fails the step with %s, and no model is asked', async (code, rest, of) => {
  const before = model.callsTo(CHAT).length;
  const other = await save([give(1)], rest, of);
  const events = await run(await save([asks([other])]));
  expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code, details: { workflow_id: other } } });
  expect(model.callsTo(CHAT)).toHaveLength(before);
});

it('the time of a step counts while its tools run, and ends them', async () => {
  model.on(CHAT, usesTool);
  const cancelled: string[] = [];
  // In the place of history.
  const subscription = bus.connection.subscribe(CancelExecution.subject, {
    callback: (_, message) => {
      cancelled.push(message.json<{ execution_id: string }>().execution_id);
      const headers = newHeaders();
      headers.set(HEADERS.error, 'EXECUTION_FINISHED');
      message.respond(JSON.stringify({ code: 'EXECUTION_FINISHED', message: 'x' }), { headers });
    },
  });
  const slow = await save([{ id: 'hold', type: 'wait', config: { duration: '1h' } }], tool());
  const events = await run(await save([asks([slow], {}, { timeout: '3s', retry: { max_attempts: 1 } })]));
  expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'STEP_TIMEOUT' } });
  const [child] = childrenOf(events);
  expect(events.at(-1)).toMatchObject({ children: [child?.execution_id] });
  await waitUntil('its tool is cancelled', () =>
    Promise.resolve(cancelled.includes(child?.execution_id ?? '') || null),
  );
  subscription.unsubscribe();
});

it('each call starts one execution whatever dies, and the model is not asked again for a round that is recorded', async () => {
  await app?.close();
  app = undefined;
  let asked = 0;
  model.on(CHAT, (call) => {
    asked++;
    return usesTool(call);
  });
  const find = await save(
    [{ id: 'hold', type: 'wait', config: { duration: '300ms' } }, give('{{input.number}}')],
    tool(),
  );
  const retry = { max_attempts: 5, backoff: 'constant', initial_delay: '10ms' };
  const step = asks([find], { prompt: 'Order {{item}}' }, { retry });
  const items = Array.from({ length: 8 }, (_, index) => index);
  const parent = await save([{ id: 'each', type: 'loop', config: { items, concurrency: 2, steps: [step] } }]);
  let executor: ChildProcess | undefined;
  let isEnded = false;
  const killing = (async () => {
    for (let kills = 0; !isEnded; kills++) {
      executor = await spawnExecutor(nats.url, { aiProviders });
      // On a busy machine none might live for long enough.
      if (kills === MOST_KILLS) return;
      await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 900));
      if (!isEnded) executor.kill('SIGKILL');
    }
  })();
  const events = await eventsAtEnd(bus, await start(parent), 100_000);
  isEnded = true;
  await killing;
  executor?.kill('SIGKILL');
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: items.map(String) });
  const rounds = events.filter((event) => event.type === 'step_waiting');
  expect(rounds).toHaveLength(items.length);
  const children = childrenOf(events);
  expect(new Set(children.map(({ execution_id }) => execution_id)).size).toBe(items.length);
  for (const child of children) {
    const own = await eventsOf(bus, child);
    expect(own.filter(({ type }) => type === 'started')).toHaveLength(1);
  }
  // Every start of an attempt or round asks once.
  const starts = events.filter(({ type, ...event }) => type === 'step_started' && 'step_type' in event && event.step_type === 'ai_completion'); // prettier-ignore
  expect(asked).toBeLessThanOrEqual(starts.length);
});
