import { LIMITS } from '@millrace/contracts';
import type { FakeHttpAnswer } from '@millrace/testing';
import { chatAnswer, streamedChat, streamedMessage } from '../../test/support/model-answers.js';
import { CHAT, failureOf, MESSAGES, ModelScene, PERSON } from '../../test/support/model-scene.js';

/* What becomes of an answer that is sent on as it comes: what would become of it if nobody followed. */

let scene: ModelScene;
let told: string[];
let ended: string;
const sink = {
  add: (text: string) => void told.push(text),
  end: () => void (ended = 'end'),
  drop: () => void (ended = 'drop'),
};

beforeEach(async () => {
  scene = await ModelScene.open();
  [told, ended] = [[], ''];
});
afterEach(() => scene.close());

const WORDS = ['Good', ' day', ', Ada'];

it.each([
  [CHAT, 'gpt-5.4', streamedChat],
  [CHAT, 'own/llama', streamedChat],
  [MESSAGES, 'claude-opus-4-1', streamedMessage],
])('%s: the model %s sends its text in pieces, and the output is the whole', async (path, model, answer) => {
  scene.server.on(path, answer(WORDS));
  const used: unknown[] = [];
  expect(await scene.run({ model }, { sink, onUsage: (usage) => used.push(usage) })).toBe('Good day, Ada');
  expect(told.join('')).toBe('Good day, Ada');
  expect(told.length).toBeGreaterThan(1);
  expect(ended).toBe('end');
  expect(used).toEqual([expect.objectContaining({ input_tokens: 3, output_tokens: 1, finish_reason: 'stop' })]);
  expect(scene.bodyOf(path)).toMatchObject({ stream: true });
});

it.each([
  ['openai_compatible', { include_usage: true }],
  ['ollama', { include_usage: true }],
  // It refuses what it does not know, and says so without being asked.
  ['mistral', undefined],
])('a stream of %s is asked to say what was used by %j', async (type, stream_options) => {
  scene.server.on(CHAT, streamedChat(WORDS, { usageAtEnd: stream_options === undefined }));
  const providers = { mine: { type, base_url: `${scene.server.url}/v1`, api_key: 'key', models: ['m'] } };
  const used: unknown[] = [];
  expect(await scene.run({}, { providers, sink, onUsage: (usage) => used.push(usage) })).toBe('Good day, Ada');
  expect(used).toEqual([expect.objectContaining({ input_tokens: 3, output_tokens: 1 })]);
  expect(scene.bodyOf(CHAT)['stream_options']).toEqual(stream_options);
});

it('an API that does not stream has responded all the same, and is asked once', async () => {
  scene.server.on(CHAT, chatAnswer('Good day'));
  expect(await scene.run({}, { sink })).toBe('Good day');
  expect([told, scene.server.callsTo(CHAT).length]).toEqual([[], 1]);
});

it('an answer that is to be JSON is not streamed', async () => {
  scene.server.on(CHAT, chatAnswer('{"name": "Ada", "age": 36}'));
  await scene.run({ response_schema: PERSON }, { sink });
  expect(scene.bodyOf(CHAT)).not.toHaveProperty('stream', true);
});

it('tools that are asked for come in pieces too', async () => {
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"number": 7}' } };
  scene.server.on(CHAT, streamedChat(['I look.'], { finish: 'tool_calls', delta: { tool_calls: [call] } }));
  const tool = { name: 'find', description: 'Finds' };
  const tools = {
    admitted: () => Promise.resolve([{ workflowId: 'wf_1', version: 1, tool }]),
    progress: () => Promise.resolve({ turns: [], asked: 0, usage: undefined }),
  };
  expect(await scene.run({ tools: [{ workflow_id: 'wf_1' }] }, { sink, tools })).toMatchObject({
    turns: [{ text: 'I look.', calls: [{ id: 'call_1', name: 'find', input: { number: 7 } }] }],
  });
});

async function* breakingOff(): AsyncGenerator<string> {
  yield 'Good';
  await Promise.resolve();
  throw new Error('The socket is closed');
}

const LARGE = Array<string>(6).fill('x'.repeat(LIMITS.aiAnswerBytes / 5));
const NESTED = `data: ${'['.repeat(9_000)}${']'.repeat(9_000)}\n\n`;
const OVERLOADED = { type: 'overloaded_error', message: 'Overloaded' };
const REFUSED = { status: 429, body: { error: { message: 'slow down' } } };

/** What the model has said to its end, though it is of no use. */
const isWhole = (code: string) => ['AI_REFUSED', 'AI_CONTENT_FILTERED'].includes(code);

it.each([
  ['ends before its end', () => streamedChat(WORDS, { finish: null }), 'AI_UNAVAILABLE'],
  ['breaks off', () => streamedChat(breakingOff()), 'AI_UNAVAILABLE'],
  ['has an error in its middle', () => ({ pieces: only(`data: ${JSON.stringify({ error: OVERLOADED })}\n\n`) }), 'AI_UNAVAILABLE'], // prettier-ignore
  ['has an event that is no JSON', () => ({ pieces: only('data: {"choices": [{\n\n') }), 'AI_UNAVAILABLE'],
  ['has an event that nests too deep', () => ({ pieces: only(NESTED) }), 'AI_ANSWER_TOO_LARGE'],
  ['is a refusal', () => streamedChat([], { delta: { refusal: 'I will not.' } }), 'AI_REFUSED'],
  ['is stopped by a filter', () => streamedChat(WORDS, { finish: 'content_filter' }), 'AI_CONTENT_FILTERED'],
  ['is too large', () => streamedChat(LARGE), 'AI_ANSWER_TOO_LARGE'],
  ['is refused', () => REFUSED, 'AI_RATE_LIMITED'],
])('a stream that %s is the failure that it would be', async (_, answer, code) => {
  scene.server.on(CHAT, answer());
  expect(await failureOf(scene.run({}, { sink }))).toMatchObject({ code });
  expect(ended).toBe(isWhole(code) ? 'end' : 'drop');
});

it.each([
  ['ends before its end', () => streamedMessage(WORDS, { stop: null }), 'AI_UNAVAILABLE'],
  ['breaks off', () => streamedMessage(breakingOff()), 'AI_UNAVAILABLE'],
  ['has an error in its middle', () => ({ pieces: only(`event: error\ndata: ${JSON.stringify({ type: 'error', error: OVERLOADED })}\n\n`) }), 'AI_UNAVAILABLE'], // prettier-ignore
  [
    'has an event that is no JSON',
    () => ({ pieces: only('event: message_start\ndata: {"type": \n\n') }),
    'AI_UNAVAILABLE',
  ],
  ['has an event that nests too deep', () => ({ pieces: only(NESTED) }), 'AI_ANSWER_TOO_LARGE'],
  ['is a refusal', () => streamedMessage(WORDS, { stop: 'refusal' }), 'AI_REFUSED'],
  ['is too large', () => streamedMessage(LARGE), 'AI_ANSWER_TOO_LARGE'],
  ['is refused', () => REFUSED, 'AI_RATE_LIMITED'],
])("a stream of Anthropic's that %s is the failure that it would be", async (_, answer, code) => {
  scene.server.on(MESSAGES, answer());
  expect(await failureOf(scene.run({ model: 'claude-opus-4-1' }, { sink }))).toMatchObject({ code });
  expect(ended).toBe(isWhole(code) ? 'end' : 'drop');
});

it('a stream without an end is a failure at the bound of a call, and not sent on', async () => {
  async function* endless(): AsyncGenerator<string> {
    yield 'Good';
    await new Promise(() => undefined);
  }
  scene.server.on(CHAT, streamedChat(endless()));
  expect(await failureOf(scene.run({}, { sink, callMs: 200 }))).toMatchObject({ code: 'AI_UNAVAILABLE' });
  expect(ended).toBe('drop');
});

describe('what a stream has said by then is reported to who charges it', () => {
  const charged = async (path: string, model: string, answer: FakeHttpAnswer): Promise<[string, number][]> => {
    const heard: [string, number][] = [];
    const charge = {
      used: (_: unknown, bytes: number) => (heard.push(['used', bytes]), Promise.resolve(0)),
      failed: (_: unknown, bytes: number) => (heard.push(['failed', bytes]), Promise.resolve()),
    };
    scene.server.on(path, answer);
    const charges = { begin: () => Promise.resolve(charge) };
    await scene.run({ model }, { sink, charges }).catch(() => undefined);
    return heard;
  };
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"number": 7}' } };

  it.each([
    ['its words', CHAT, 'gpt-5.4', () => streamedChat(WORDS, { finish: null }), 'failed', 13],
    [
      'its words of an API of Anthropic',
      MESSAGES,
      'claude-opus-4-1',
      () => streamedMessage(WORDS, { stop: null }),
      'failed',
      13,
    ],
    [
      'what it gives to tools',
      CHAT,
      'gpt-5.4',
      () => streamedChat([], { finish: null, delta: { tool_calls: [call] } }),
      'failed',
      13,
    ],
    [
      'its thoughts',
      CHAT,
      'own/llama',
      () => streamedChat([], { finish: null, delta: { reasoning_content: 'Hm, so.' } }),
      'failed',
      7,
    ],
    ['nothing of a refusal', CHAT, 'gpt-5.4', () => REFUSED, 'failed', 0],
    [
      'thoughts and words to the end',
      CHAT,
      'own/llama',
      () => streamedChat(['Yes'], { delta: { reasoning_content: 'Hm, so.' } }),
      'used',
      10,
    ],
  ] as const)('%s', async (_, path, model, answer, how, bytes) => {
    // prettier-ignore
    expect(await charged(path, model, answer())).toEqual([[how, bytes]]);
  });
});

it('a call that is not waited for any more is ended', async () => {
  const abort = new AbortController();
  async function* endless(): AsyncGenerator<string> {
    for (;;) {
      yield 'word ';
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (told.length > 0) abort.abort(new Error('enough'));
    }
  }
  scene.server.on(CHAT, streamedChat(endless()));
  await expect(scene.run({}, { sink, signal: abort.signal })).rejects.toThrow('enough');
  expect(ended).toBe('drop');
});

async function* only(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}
