import { LIMITS } from '@millrace/contracts';
import type { SafeHttpRequest } from '@millrace/service-kit/safe-http';
import { streamedChat, toolAnswer, toolUseAnswer } from '../../test/support/model-answers.js';
import { CHAT, failureOf, MESSAGES, ModelScene } from '../../test/support/model-scene.js';
import { systemClock, type Clock } from '../clock.js';

/* An API of somebody else's that responds so that reading it would take the process from everybody. */

let scene: ModelScene;
const sink = { add: () => undefined, end: () => undefined, drop: () => undefined };

beforeEach(async () => {
  scene = await ModelScene.open();
});
afterEach(() => scene.close());

const WORDS = Array.from({ length: 1_000 }, () => 'word ');

it('others have a turn between the pieces of a stream', async () => {
  const turns: string[] = [];
  const counted = (organisationId: string): Promise<void> => {
    turns.push(organisationId);
    return systemClock.yield(organisationId);
  };
  const clock: Clock = { ...systemClock, yield: counted };
  // All of it in one piece of the body.
  const { pieces = [] } = streamedChat(WORDS);
  let whole = '';
  for await (const piece of pieces as AsyncIterable<string>) whole += piece;
  scene.server.on(CHAT, { pieces: only(whole) });
  expect(await scene.run({}, { sink, clock })).toBe(WORDS.join(''));
  expect(turns.length).toBeGreaterThanOrEqual(Math.floor(whole.length / 4_096));
});

it('what is held of each word of a stream counts as memory', async () => {
  let most = 0;
  scene.server.on(CHAT, streamedChat(WORDS));
  await scene.run({}, { sink, onBytesRead: (bytes) => (most = Math.max(most, bytes)) });
  expect(most).toBeGreaterThan(WORDS.length * 1_024);
});

it('a stream that is of no use is not read on', async () => {
  let request: Promise<unknown> | undefined;
  const client = {
    request: (asked: SafeHttpRequest) => {
      const answered = scene.client.request(asked);
      request = answered;
      return answered;
    },
  };
  scene.server.on(CHAT, { pieces: endless() });
  expect(await failureOf(scene.run({}, { sink, client }))).toMatchObject({ code: 'AI_UNAVAILABLE' });
  const ended = request?.then(
    () => 'whole',
    () => 'ended',
  );
  const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'read on').unref());
  expect(await Promise.race([ended, late])).toBe('ended');
});

async function* endless(): AsyncGenerator<string> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield 'data: {}\n\n'.repeat(100);
  }
}

const calls = (length: number, input: unknown = {}) =>
  Array.from({ length }, (_, index) => ({ id: `call_${index}`, name: 'find', input }));
const many = calls(LIMITS.aiToolCallsPerAnswer + 1);
const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
const large = JSON.stringify('x'.repeat(LIMITS.aiCheckedBytes));
const streamed = (said: ReturnType<typeof calls>) =>
  streamedChat([], {
    finish: 'tool_calls',
    delta: {
      tool_calls: said.map(({ id, name, input }, index) => ({
        ...{ index, id, type: 'function' },
        function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input) },
      })),
    },
  });

it.each([
  ['too many calls', CHAT, toolAnswer(many), 'gpt-5.4'],
  ['too many calls of the other kind', MESSAGES, toolUseAnswer(many), 'claude-opus-4-1'],
  ['JSON that is too deep', CHAT, toolAnswer(calls(1, deep)), 'gpt-5.4'],
  ['too much that is passed', CHAT, toolAnswer(calls(1, large)), 'gpt-5.4'],
])('an answer of tools with %s is not read', async (_, path, answer, model) => {
  scene.server.on(path, answer);
  expect(await failureOf(scene.run({ ...TOOL, model }, { tools }))).toMatchObject({ code: 'AI_ANSWER_TOO_LARGE' });
});

it.each([
  ['too many calls', many],
  ['JSON that is too deep', calls(1, deep)],
  ['too much that is passed', calls(1, large)],
])('a stream of tools with %s is not read', async (_, said) => {
  scene.server.on(CHAT, streamed(said));
  expect(await failureOf(scene.run(TOOL, { tools, sink }))).toMatchObject({ code: 'AI_ANSWER_TOO_LARGE' });
});

const TOOL = { tools: [{ workflow_id: 'wf_1' }] };
const tools = {
  admitted: () => Promise.resolve([{ workflowId: 'wf_1', version: 1, tool: { name: 'find', description: 'Finds' } }]),
  progress: () => Promise.resolve({ turns: [], asked: 0, usage: undefined }),
};

async function* only(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}
