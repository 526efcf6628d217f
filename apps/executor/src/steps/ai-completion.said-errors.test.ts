import type { FakeHttpAnswer } from '@millrace/testing';
import { chatAnswer, messageAnswer, streamedChat, streamedMessage } from '../../test/support/model-answers.js';
import { CHAT, failureOf, KEY, MESSAGES, ModelScene, PERSON } from '../../test/support/model-scene.js';

/* Errors that come in answers of success: in a stream, behind its beginning, or in a body with status 200. */

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

const WORDS = `No more of it for ${KEY}`;
const OPEN_AI = [
  [{ type: 'server_error', code: 'overloaded_error' }, 'AI_UNAVAILABLE', true],
  [{ type: 'requests', code: 'rate_limit_exceeded' }, 'AI_RATE_LIMITED', true],
  [{ type: 'rate_limited', code: 429 }, 'AI_RATE_LIMITED', true],
  [{ type: 'insufficient_quota', code: 'insufficient_quota' }, 'AI_QUOTA_EXCEEDED', false],
  [{ type: 'invalid_request_error', code: 'context_length_exceeded' }, 'AI_CONTEXT_TOO_LONG', false],
  [{ type: null, code: 'content_filter' }, 'AI_CONTENT_FILTERED', false],
  [{ type: 'NotFoundError', code: 404 }, 'AI_MODEL_UNKNOWN', false],
  [{ type: 'BadRequestError', code: '400' }, 'AI_REQUEST_REFUSED', false],
  [{ type: null, code: null }, 'AI_UNAVAILABLE', true],
] as const;
const ANTHROPIC = [
  [{ type: 'overloaded_error' }, 'AI_UNAVAILABLE', true],
  [{ type: 'rate_limit_error' }, 'AI_RATE_LIMITED', true],
  [{ type: 'billing_error' }, 'AI_QUOTA_EXCEEDED', false],
  [{ type: 'invalid_request_error' }, 'AI_REQUEST_REFUSED', false],
  [{ type: 'content_policy' }, 'AI_CONTENT_FILTERED', false],
] as const;

const ROWS = [
  ...OPEN_AI.flatMap((row) => [['gpt-5.4', ...row] as const, ['llama', ...row] as const]),
  ...ANTHROPIC.map((row) => ['claude-opus-4-1', ...row] as const),
];

/** The events of a stream that an error ends, behind the first words or at once. */
async function* withError(begun: FakeHttpAnswer, error: object): AsyncGenerator<string | Uint8Array> {
  if (begun.pieces !== undefined) for await (const piece of begun.pieces) yield piece;
  yield `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`;
}

it.each(ROWS)(
  'what an answer of %s says by %j has its code, its name and its words',
  async (model, named, code, retryable) => {
    const error = { ...named, message: WORDS };
    const isAnthropic = model.startsWith('claude');
    const path = isAnthropic ? MESSAGES : CHAT;
    const begun = (words: string[]) =>
      isAnthropic ? streamedMessage(words, { stop: null }) : streamedChat(words, { finish: null });
    const headers = { 'x-request-id': 'req_7' };
    const own = { type: 'openai_compatible', base_url: `${scene.server.url}/v1`, api_key: KEY, models: ['llama'] };
    const providers = { ...scene.providers(), own };
    const answers: readonly [string, FakeHttpAnswer, object][] = [
      ['whole', { headers, body: { type: 'error', error } }, {}],
      ['whole, to a stream', { headers, body: { type: 'error', error } }, { sink }],
      ['at once', { headers, pieces: withError({}, error) }, { sink }],
      ['behind its beginning', { headers, pieces: withError(begun(['Good', ' day']), error) }, { sink }],
    ];
    for (const [how, answer, run] of answers) {
      scene.server.on(path, answer);
      const failure = await failureOf(scene.run({ model }, { ...run, providers }));
      expect([how, failure.code, failure.retryable]).toEqual([how, code, retryable]);
      expect(failure.message).toMatch(/in an answer with status 200\).*: No more of it for ••••$/);
      const name = 'code' in named ? (named.code ?? named.type) : named.type;
      expect(failure.details).toMatchObject({ status: 200, request_id: 'req_7', ...(name === null ? {} : { provider_code: String(name) }) }); // prettier-ignore
      expect(JSON.stringify(failure.details) + failure.message).not.toContain(KEY);
      if ('sink' in run) expect(ended).toBe('drop');
    }
    expect(told.join('')).toBe('Good day');
  },
);

it.each([
  ['as a text', { error: 'it broke' }, 'it broke'],
  ['as the answer itself', { object: 'error', message: 'it broke', type: 'internal', code: 500 }, 'it broke'],
  ['beside the beginning of an answer', { choices: [{ index: 0, message: { role: 'assistant', content: 'Goo' }, finish_reason: 'error', error: { code: 502, message: 'it broke' } }] }, 'it broke'], // prettier-ignore
  ['without words', { choices: [{ index: 0, message: { role: 'assistant', content: 'Goo' }, finish_reason: 'error' }] }, '(in an answer with status 200)'], // prettier-ignore
])('an error %s is no answer', async (_, body, words) => {
  scene.server.on(CHAT, { body });
  for (const model of ['gpt-5.4', 'llama']) {
    const failure = await failureOf(scene.run({ model }));
    expect(failure).toMatchObject({ code: 'AI_UNAVAILABLE', retryable: true });
    expect(failure.message).toContain(words);
  }
});

it('an answer that has the member for errors, and none in it, is an answer', async () => {
  for (const error of [null, '', {}, false]) {
    const answer = chatAnswer('ok');
    scene.server.on(CHAT, { body: { ...(answer.body as object), error } });
    expect(await scene.run({ model: 'llama' })).toBe('ok');
  }
});

it.each([
  ['told', () => streamedMessage(['The beginn'], { stop: 'model_context_window_exceeded' }), { sink }, {}],
  ['whole', () => messageAnswer('The beginn', { stop: 'model_context_window_exceeded' }), {}, {}],
  [
    'JSON',
    () => messageAnswer('{"name": ', { stop: 'model_context_window_exceeded' }),
    {},
    { response_schema: PERSON },
  ],
])('an answer for which the context has no more room is too long, %s', async (_, answer, run, config) => {
  scene.server.on(MESSAGES, answer());
  const failure = await failureOf(scene.run({ model: 'claude-opus-4-1', ...config }, run));
  expect(failure).toMatchObject({ code: 'AI_CONTEXT_TOO_LONG', retryable: false, details: { provider: 'anthropic' } });
  expect(scene.server.calls).toHaveLength(1);
});
