import type { INestMicroservice } from '@nestjs/common';
import type { NatsBus } from '@millrace/messaging';
import { FakeHttpServer, startNats, type OwnServer } from '@millrace/testing';
import { connectClient, endOf, eventsAtEnd, startExecution, startExecutor, workflowOf } from './executor.fixture.js';
import { chatAnswer } from './support/model-answers.js';

const CHAT = '/v1/chat/completions';

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;
let model: FakeHttpServer;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  model = await FakeHttpServer.start();
  const own = { type: 'openai_compatible', base_url: `${model.url}/v1`, api_key: 'sk-1', models: ['m'] };
  executor = await startExecutor(nats.url, { aiProviders: { own } });
});

afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await model?.stop();
  await nats?.stop();
});

const ask = (config: object, rest: object = {}) => ({ id: 'ask', type: 'ai_completion', config, ...rest });

it('waits for as long as the provider asks, though the step would try again sooner', async () => {
  model.sequence(CHAT, [
    { status: 429, headers: { 'retry-after': '1' }, body: { error: { message: 'slow down' } } },
    chatAnswer('now'),
  ]);
  const step = ask({ prompt: 'Well?' }, { retry: { max_attempts: 2, initial_delay: '10ms', max_delay: '20ms' } });
  const events = await eventsAtEnd(bus, await startExecution(bus, workflowOf([step])));
  const failed = events.find((event) => event.type === 'step_failed');
  expect(failed).toMatchObject({ attempt: 1, error: { code: 'AI_RATE_LIMITED' } });
  expect(Date.parse(failed?.retry_at ?? '') - Date.parse(failed?.at ?? '')).toBe(1_000);
  const [, second] = events.filter((event) => event.type === 'step_started');
  expect(Date.parse(second?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(failed?.retry_at ?? ''));
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'now' });
});

it('records what it used with each attempt, and lets the step try again by itself', async () => {
  model.sequence(CHAT, [
    chatAnswer('not JSON'),
    chatAnswer('nor this'),
    { status: 429, headers: { 'retry-after': '0' }, body: { error: { message: 'slow down' } } },
    chatAnswer('{"ok": true}'),
  ]);
  const step = ask(
    { prompt: 'Well?', response_schema: { type: 'object' } },
    { retry: { max_attempts: 3, initial_delay: '10ms', retry_if: 'true' } },
  );
  const events = await eventsAtEnd(bus, await startExecution(bus, workflowOf([step])));
  expect(events.filter(({ type }) => type === 'step_failed' || type === 'step_completed')).toMatchObject([
    {
      attempt: 1,
      error: { code: 'AI_ANSWER_INVALID' },
      usage: { provider: 'own', model: 'm', input_tokens: 6, output_tokens: 2 },
    },
    { attempt: 2, error: { code: 'AI_RATE_LIMITED' } },
    { attempt: 3, output: { ok: true }, usage: { input_tokens: 3, output_tokens: 1, finish_reason: 'stop' } },
  ]);
  expect(events.find((event) => event.type === 'step_failed' && event.attempt === 2)).not.toHaveProperty('usage');
  expect(JSON.stringify(events)).not.toContain('sk-1');
});

it('ends with its time', async () => {
  let closed: (() => void) | undefined;
  const hangs = new Promise<never>((_, reject) => (closed = () => reject(new Error('over'))));
  hangs.catch(() => undefined);
  model.on(CHAT, () => hangs.catch(() => ({ hangUp: true })));
  const step = ask({ prompt: 'Well?' }, { timeout: '100ms', retry: { max_attempts: 1 } });
  const end = await endOf(bus, await startExecution(bus, workflowOf([step])));
  expect(end).toMatchObject({ type: 'failed', error: { code: 'STEP_TIMEOUT' } });
  closed?.();
});

it('is asked 200 times side by side, and each answer comes to its item', async () => {
  model.on(CHAT, ({ body }) => chatAnswer(`${/item (\d+)/.exec(body)?.[1] ?? '?'}`));
  const loop = {
    id: 'all',
    type: 'loop',
    config: {
      items: '{{input.items}}',
      concurrency: 50,
      steps: [{ id: 'ask', type: 'ai_completion', config: { prompt: '{{input.text}} item {{item}}' } }],
    },
  };
  const items = Array.from({ length: 200 }, (_, index) => index);
  const input = { items, text: 'x'.repeat(100_000) };
  const end = await endOf(bus, await startExecution(bus, workflowOf([loop]), input));
  expect(end).toMatchObject({ type: 'completed', output: items.map(String) });
});
