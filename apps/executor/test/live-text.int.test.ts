import type { INestMicroservice } from '@nestjs/common';
import {
  ExecutionFollowed,
  newId,
  RunRequested,
  TextWritten,
  type RunRequest,
  type WrittenText,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, eventsAtEnd, startExecutor, workflowOf } from './executor.fixture.js';
import { chatAnswer, streamedChat } from './support/model-answers.js';

/* What models write is sent while they write it, to those who follow. */

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

/** Follows as a gateway does; returns what is sent. */
async function follow(of: Pick<RunRequest, 'organisation_id' | 'execution_id'>): Promise<WrittenText[]> {
  const follower_id = newId('event');
  const told: WrittenText[] = [];
  await bus.hear(TextWritten, {
    subject: TextWritten.subject({ follower_id }),
    heard: (_, open) => void open().then((text) => told.push(text)),
  });
  const { organisation_id, execution_id } = of;
  await bus.tell(ExecutionFollowed, { follower_id, organisation_id, execution_id });
  // The server has passed it on when it has replied to what came behind it.
  await bus.connection.flush();
  return told;
}

const ask = (rest: object = {}) =>
  workflowOf([{ id: 'ask', type: 'ai_completion', config: { prompt: 'Well?' }, ...rest }]);
const text = (told: readonly WrittenText[]) => told.map((one) => one.text).join('');

it('who follows gets the text while the model writes, and nobody of another organisation', async () => {
  const request = await aRequest(bus, ask());
  const told = await follow(request);
  const others = await follow({ ...request, organisation_id: newId('organisation') });
  let goOn: () => void = () => undefined;
  const isTold = new Promise<void>((resolve) => (goOn = resolve));
  async function* words(): AsyncGenerator<string> {
    yield 'The beginning is long enough to be sent. ';
    // The rest is not written before somebody has it.
    await isTold;
    yield 'The end.';
  }
  model.on(CHAT, streamedChat(words()));
  await bus.publish(RunRequested, request);
  await waitUntil('the beginning is sent', () => Promise.resolve(text(told).startsWith('The beginning') || null));
  expect(told[0]).toMatchObject({ path: 'ask', step_type: 'ai_completion', attempt: 1, call: 1, offset: 0 });
  goOn();
  const events = await eventsAtEnd(bus, request);
  const whole = 'The beginning is long enough to be sent. The end.';
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: whole });
  await waitUntil('all of it is sent', () => Promise.resolve(text(told) === whole || null));
  expect(others).toEqual([]);
});

it('a call that is made again begins anew', async () => {
  const request = await aRequest(bus, ask({ retry: { max_attempts: 2, initial_delay: '1ms' } }));
  const told = await follow(request);
  const long = 'A text that is long enough for a part of it to be sent. ';
  async function* broken(): AsyncGenerator<string> {
    yield long;
    await waitUntil('a part is sent', () => Promise.resolve(told.length > 0 || null));
    throw new Error('The socket is closed');
  }
  let calls = 0;
  model.on(CHAT, () => (++calls === 1 ? streamedChat(broken()) : streamedChat(['Another one.'])));
  await bus.publish(RunRequested, request);
  expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: 'Another one.' });
  const second = await waitUntil('the second attempt is sent', () =>
    Promise.resolve(told.find((one) => one.attempt === 2)),
  );
  expect(second).toMatchObject({ offset: 0, text: 'Another one.' });
});

it('while nobody follows, nothing is streamed', async () => {
  model.on(CHAT, chatAnswer('Well.'));
  const request = await aRequest(bus, ask());
  const before = model.callsTo(CHAT).length;
  await bus.publish(RunRequested, request);
  await eventsAtEnd(bus, request);
  expect(JSON.parse(model.callsTo(CHAT)[before]?.body ?? '')).not.toHaveProperty('stream', true);
});
