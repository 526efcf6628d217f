import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { aiProvidersSchema, LIMITS, type StepUsage } from '@millrace/contracts';
import { stepDefinitions } from '@millrace/schema';
import { FakeHttpServer, type FakeHttpAnswer } from '@millrace/testing';
import { installationProviders } from '../ai/model-choice.js';
import { aScope, options } from '../../test/support/scope.js';
import { chatAnswer, messageAnswer } from '../../test/support/model-answers.js';
import { systemClock } from '../clock.js';
import { aiCompletion } from './ai-completion.step.js';
import type { StepFailure } from './step-failure.js';

const KEY = 'sk-test-0123456789';
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

let server: FakeHttpServer;
let client: SafeHttpClient;

beforeAll(() => {
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
beforeEach(async () => {
  server = await FakeHttpServer.start();
});
afterEach(() => server.stop());
afterAll(() => client.close());

/** Three providers that speak to the same server: each type of API. */
function providers(): object {
  const base_url = `${server.url}/v1`;
  return {
    openai: { type: 'openai', base_url, api_key: KEY, models: ['gpt-5.4'], aliases: { quick: 'gpt-5.4-mini' } },
    anthropic: { type: 'anthropic', base_url, api_key: KEY, models: ['claude-opus-4-1'] },
    own: { type: 'openai_compatible', base_url, models: ['llama'] },
  };
}

interface Run {
  readonly input?: unknown;
  readonly providers?: object;
  readonly client?: Pick<SafeHttpClient, 'request'>;
  readonly signal?: AbortSignal;
  readonly onBytesRead?: (bytes: number) => void;
  readonly onUsage?: (usage: StepUsage) => void;
}

async function run(config: object, rest: Run = {}): Promise<unknown> {
  const chosen = installationProviders({
    MILLRACE_AI_PROVIDERS: aiProvidersSchema.parse(rest.providers ?? providers()),
  });
  const used = rest.client ?? client;
  const needs = {
    providers: () => Promise.resolve(chosen),
    clients: { installation: used, organisation: used },
    userAgent: 'Millrace/test',
    clock: systemClock,
  };
  const parsed = stepDefinitions.ai_completion.config.parse({ prompt: 'Hello', ...config });
  const ask = aiCompletion(needs).compile(parsed)(aScope({ input: rest.input ?? {} }), options);
  return ask({
    idempotencyKey: 'exec_1:ask',
    signal: rest.signal ?? new AbortController().signal,
    firstStartedAt: Date.now(),
    timeoutMs: null,
    onBytesRead: rest.onBytesRead ?? (() => undefined),
    onUsage: rest.onUsage ?? (() => undefined),
  });
}

async function failureOf(work: Promise<unknown>): Promise<StepFailure> {
  return work.then(
    (output) => {
      throw new Error(`The step did not fail: ${JSON.stringify(output)}`);
    },
    (error: unknown) => error as StepFailure,
  );
}

const bodyOf = (path: string, at = 0): Record<string, unknown> =>
  JSON.parse(server.callsTo(path)[at]?.body ?? 'null') as Record<string, unknown>;

const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  required: ['name', 'age'],
};

describe('what is asked', () => {
  it("is sent as OpenAI's API takes it, with the config's parameters and our own User-Agent", async () => {
    server.on(CHAT, chatAnswer('Good day'));
    const config = {
      model: 'gpt-5.4',
      prompt: 'Greet {{input.name}}',
      system: 'Be short.',
      temperature: 0.2,
      max_tokens: 50,
    };
    const input = { name: 'Ada' };
    expect(await run({ ...config, model: 'own/llama' }, { input })).toBe('Good day');
    expect(bodyOf(CHAT)).toEqual({
      model: 'llama',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Greet Ada' },
      ],
      temperature: 0.2,
      max_tokens: 50,
    });
    expect(server.calls[0]?.headers).toMatchObject({ 'user-agent': 'Millrace/test' });
    expect(server.calls[0]?.headers['authorization']).toBeUndefined();
    await run({ prompt: '{{input}}' }, { input });
    expect(server.calls[1]?.headers).toMatchObject({ authorization: `Bearer ${KEY}` });
    expect(bodyOf(CHAT, 1)).toMatchObject({
      model: 'gpt-5.4',
      messages: [{ role: 'user', content: '{"name":"Ada"}' }],
    });
  });

  it("is sent as Anthropic's API takes it", async () => {
    server.on(MESSAGES, messageAnswer('Good day'));
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Yes?' },
      { role: 'user', content: '{{input.question}}' },
    ];
    const config = { model: 'claude-opus-4-1', prompt: undefined, messages };
    expect(await run(config, { input: { question: 'Why?' } })).toBe('Good day');
    expect(server.calls[0]?.headers).toMatchObject({ 'x-api-key': KEY });
    expect(bodyOf(MESSAGES)).toMatchObject({ model: 'claude-opus-4-1', max_tokens: 4_096 });
    expect(JSON.stringify(bodyOf(MESSAGES))).toContain('Why?');
  });

  it('never has a key of the environment', async () => {
    server.on(CHAT, chatAnswer('ok'));
    process.env['OPENAI_API_KEY'] = 'sk-of-the-process';
    try {
      await run({ model: 'own/llama' });
    } finally {
      delete process.env['OPENAI_API_KEY'];
    }
    expect(JSON.stringify(server.calls)).not.toContain('sk-of-the-process');
  });

  it('is bounded before anything is sent', async () => {
    const input = { text: 'x'.repeat(LIMITS.aiPromptBytes + 1) };
    const failure = await failureOf(run({ prompt: '{{input.text}}' }, { input }));
    expect(failure).toMatchObject({ code: 'EXPRESSION_FAILED' });
    const many = { messages: Array.from({ length: 3 }, () => ({ role: 'user', content: 'y'.repeat(500_000) })) };
    expect(await failureOf(run({ prompt: undefined, messages: '{{input.messages}}' }, { input: many }))).toMatchObject({
      code: 'EXPRESSION_FAILED',
    });
    expect(server.calls).toEqual([]);
  });

  it('says which value of the config is of the wrong kind', async () => {
    const messages = '{{input.messages}}';
    const wrong = { prompt: undefined, messages };
    for (const [config, input, field] of [
      [{ model: '{{input.model}}' }, { model: 5 }, 'config.model'],
      [{ fallbacks: ['{{input.model}}'] }, { model: '' }, 'config.fallbacks[0]'],
      [wrong, { messages: [] }, 'config.messages'],
      [
        wrong,
        {
          messages: [
            { role: 'user', content: 'a' },
            { role: 'system', content: 'b' },
          ],
        },
        'config.messages[1]',
      ],
    ] as const)
      expect(await failureOf(run(config, { input }))).toMatchObject({ code: 'EXPRESSION_FAILED', details: { field } });
  });
});

describe('which model is asked', () => {
  it.each([
    [undefined, 'gpt-5.4'],
    ['quick', 'gpt-5.4-mini'],
    ['openai/quick', 'gpt-5.4-mini'],
    ['gpt-4', 'gpt-5.4'],
    ['gpt-3.5-turbo', 'gpt-5.4'],
    ['llama', 'llama'],
  ])('for the name %s it is %s', async (model, asked) => {
    server.on(CHAT, chatAnswer('ok'));
    await run({ model });
    expect(bodyOf(CHAT)).toMatchObject({ model: asked });
  });

  it('is any, when the provider lists none', async () => {
    server.on(CHAT, chatAnswer('ok'));
    const own = { type: 'openai_compatible', base_url: `${server.url}/v1` };
    await run({ model: 'org/whatever:7b' }, { providers: { own } });
    expect(bodyOf(CHAT)).toMatchObject({ model: 'org/whatever:7b' });
    expect(await failureOf(run({}, { providers: { own } }))).toMatchObject({ code: 'AI_MODEL_UNKNOWN' });
  });

  it('is an error that names the models there are, or the setting when there is no provider', async () => {
    const failure = await failureOf(run({ model: 'gtp-5' }));
    expect(failure).toMatchObject({ code: 'AI_MODEL_UNKNOWN', retryable: false });
    expect(failure.message).toContain('gpt-5.4, quick, claude-opus-4-1, llama');
    const missing = await failureOf(run({}, { providers: {} }));
    expect(missing).toMatchObject({ code: 'AI_PROVIDER_MISSING', retryable: false });
    expect(missing.message).toContain('MILLRACE_AI_PROVIDERS');
  });

  it('is the next of the fallbacks while one does not answer', async () => {
    server.on(CHAT, (call) =>
      call.body.includes('"llama"') ? chatAnswer('from llama') : { status: 503, body: { error: { message: 'busy' } } },
    );
    const used: StepUsage[] = [];
    const output = await run(
      { fallbacks: ['quick', 'nothing-like-it', 'llama'] },
      { onUsage: (usage) => used.push(usage) },
    );
    expect(output).toBe('from llama');
    expect(used).toMatchObject([{ provider: 'own', model: 'llama' }]);
    const failure = await failureOf(run({ model: 'nothing', fallbacks: ['quick'] }));
    expect(failure).toMatchObject({ code: 'AI_UNAVAILABLE', retryable: true });
  });

  it('is no other one for what every model would refuse', async () => {
    server.on(CHAT, { status: 400, body: { error: { code: 'content_filter', message: 'no' } } });
    expect(await failureOf(run({ fallbacks: ['llama'] }))).toMatchObject({ code: 'AI_CONTENT_FILTERED' });
    expect(server.calls).toHaveLength(1);
  });
});

describe('the output', () => {
  it.each([
    ['{"urgency": "high"}', { urgency: 'high' }],
    ['```json\n{"urgency": "high"}\n```', { urgency: 'high' }],
    ['```\n[1, 2]\n```\n', [1, 2]],
    ['  [1]  ', [1]],
    ['"text"', '"text"'],
    ['12', '12'],
    ['{not json}', '{not json}'],
    ['Here it is: {"a": 1}', 'Here it is: {"a": 1}'],
    ['```js\n{"a": 1}\n```', '```js\n{"a": 1}\n```'],
    ['', ''],
    [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, expect.stringMatching(/^\[{5000}\]{5000}$/)],
  ])('number %# is JSON only for an object or array alone or in one fence', async (text, output) => {
    server.on(CHAT, chatAnswer(text));
    expect(await run({})).toEqual(output);
  });

  it('comes with what was used', async () => {
    server.on(CHAT, chatAnswer('ok', { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } }));
    const used: StepUsage[] = [];
    await run({}, { onUsage: (usage) => used.push(usage) });
    const known = { provider: 'openai', model: 'gpt-5.4', finish_reason: 'stop' };
    expect(used).toEqual([{ ...known, input_tokens: 7, output_tokens: 2 }]);
    server.on(CHAT, chatAnswer('ok', { usage: undefined }));
    await run({ model: 'llama' }, { onUsage: (usage) => used.push(usage) });
    expect(used[1]).toMatchObject({ input_tokens: null, output_tokens: null });
  });

  it('is what there is of a text that reached max_tokens, and says so', async () => {
    server.on(CHAT, chatAnswer('The beginn', { finish: 'length' }));
    const used: StepUsage[] = [];
    expect(await run({}, { onUsage: (usage) => used.push(usage) })).toBe('The beginn');
    expect(used).toMatchObject([{ finish_reason: 'length' }]);
  });
});

describe('an answer with a response_schema', () => {
  const fits = '{"name": "Ada", "age": 36}';

  it.each([
    ['gpt-5.4', 'json_schema'],
    ['llama', 'json_object'],
  ])('is asked of %s as a %s, and checked', async (model, format) => {
    server.on(CHAT, chatAnswer(fits));
    expect(await run({ model, response_schema: person })).toEqual({ name: 'Ada', age: 36 });
    expect(bodyOf(CHAT)).toMatchObject({ response_format: { type: format } });
    // Where the API does not take the schema, the instructions have it.
    expect(JSON.stringify(bodyOf(CHAT))).toContain('minimum');
  });

  it('is checked for Anthropic too', async () => {
    server.on(MESSAGES, messageAnswer(fits));
    expect(await run({ model: 'claude-opus-4-1', response_schema: person })).toEqual({ name: 'Ada', age: 36 });
  });

  it.each([
    ['has a wrong value', '{"name": "Ada", "age": "old"}', '/age must be integer'],
    ['lacks a member', '{"name": "Ada"}', "must have required property 'age'"],
    ['is not JSON', 'Ada is 36.', 'it is not JSON'],
  ])('that %s is asked for once more, with the problem', async (_, text, problem) => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const used: StepUsage[] = [];
    server.sequence(CHAT, [chatAnswer(text, { usage }), chatAnswer(`So: \`\`\`json\n${fits}\n\`\`\``, { usage })]);
    const output = await run({ response_schema: person }, { onUsage: (one) => used.push(one) });
    expect(output).toEqual({ name: 'Ada', age: 36 });
    expect(server.calls).toHaveLength(2);
    const [, said, repair] = bodyOf(CHAT, 1)['messages'] as { role: string; content: string }[];
    expect(said).toEqual({ role: 'assistant', content: text });
    expect(repair?.content).toContain(problem);
    expect(used.at(-1)).toMatchObject({ input_tokens: 20, output_tokens: 10 });
  });

  it('fails when it does not fit the second time either', async () => {
    server.on(CHAT, chatAnswer('no'));
    const failure = await failureOf(run({ response_schema: person }));
    expect(failure).toMatchObject({ code: 'AI_ANSWER_INVALID', retryable: false, details: { answer: 'no' } });
    expect(server.calls).toHaveLength(2);
  });

  it('that was cut off is not asked for again', async () => {
    server.on(CHAT, chatAnswer('{"name": "A', { finish: 'length' }));
    const failure = await failureOf(run({ response_schema: person, max_tokens: 5 }));
    expect(failure).toMatchObject({ code: 'AI_ANSWER_TRUNCATED', details: { max_tokens: 5 } });
    expect(server.calls).toHaveLength(1);
  });

  it('is not checked when it is too large for that', async () => {
    const many = JSON.stringify(Array.from({ length: LIMITS.aiCheckedValues + 1 }, () => 1));
    server.on(CHAT, chatAnswer(many));
    const schema = { type: 'array', items: { type: 'integer' } };
    expect(await failureOf(run({ response_schema: schema }))).toMatchObject({ code: 'AI_ANSWER_TOO_LARGE' });
  });
});

describe('a failure', () => {
  const error = (status: number, body: object, headers: Record<string, string> = {}): FakeHttpAnswer => ({
    status,
    headers,
    body: { error: body },
  });

  it.each([
    [error(401, { message: `Incorrect API key provided: ${KEY}` }), 'AI_KEY_REFUSED', false],
    [error(403, { message: 'no' }), 'AI_KEY_REFUSED', false],
    [error(404, { code: 'model_not_found', message: 'The model does not exist' }), 'AI_MODEL_UNKNOWN', false],
    [error(429, { code: 'rate_limit_exceeded', message: 'slow down' }), 'AI_RATE_LIMITED', true],
    [error(429, { code: 'insufficient_quota', message: 'pay' }), 'AI_QUOTA_EXCEEDED', false],
    [error(402, { message: 'pay' }), 'AI_QUOTA_EXCEEDED', false],
    [error(400, { code: 'context_length_exceeded', message: 'too long' }), 'AI_CONTEXT_TOO_LONG', false],
    [error(400, { message: 'prompt is too long: 300000 tokens' }), 'AI_CONTEXT_TOO_LONG', false],
    [error(400, { code: 'content_filter', message: 'filtered' }), 'AI_CONTENT_FILTERED', false],
    [error(400, { message: 'temperature is not supported' }), 'AI_REQUEST_REFUSED', false],
    [error(500, { message: 'oops' }), 'AI_UNAVAILABLE', true],
    [error(503, { message: 'oops' }), 'AI_UNAVAILABLE', true],
    [error(529, { message: 'overloaded' }), 'AI_UNAVAILABLE', true],
    [{ status: 502, body: '<html>Bad gateway</html>' }, 'AI_UNAVAILABLE', true],
    [{ status: 302, headers: { location: 'http://127.0.0.1:9/' } }, 'AI_REQUEST_REFUSED', false],
    [{ body: '{"choices": [{"message": {"content": "cut' }, 'AI_UNAVAILABLE', true],
    [{ body: 'not json' }, 'AI_UNAVAILABLE', true],
    [{ body: {} }, 'AI_UNAVAILABLE', true],
    [{ body: { choices: [] } }, 'AI_UNAVAILABLE', true],
    [{ hangUp: true }, 'AI_UNAVAILABLE', true],
    [{ body: `${'['.repeat(9_000)}${']'.repeat(9_000)}` }, 'AI_ANSWER_TOO_LARGE', false],
    [{ body: 'x'.repeat(LIMITS.aiAnswerBytes + 1) }, 'AI_ANSWER_TOO_LARGE', false],
  ] satisfies [FakeHttpAnswer, string, boolean][])('number %# has its code', async (answer, code, retryable) => {
    for (const [model, path] of [
      ['gpt-5.4', CHAT],
      ['llama', CHAT],
      ['claude-opus-4-1', MESSAGES],
    ] as const) {
      server.on(path, answer);
      const failure = await failureOf(run({ model }));
      expect({ model, code: failure.code, retryable: failure.retryable }).toEqual({ model, code, retryable });
      expect(JSON.stringify(failure) + failure.message).not.toContain(KEY);
    }
    // The step's retry is the only one.
    expect(server.calls).toHaveLength(3);
  });

  it('has the pause that the provider asks for', async () => {
    server.on(CHAT, error(429, { message: 'slow down' }, { 'retry-after': '90' }));
    expect(await failureOf(run({}))).toMatchObject({ askedDelayMs: 90_000 });
    server.on(CHAT, error(503, { message: 'busy' }, { 'retry-after-ms': '1500', 'retry-after': '2' }));
    expect(await failureOf(run({}))).toMatchObject({ askedDelayMs: 1_500 });
    server.on(CHAT, error(401, { message: 'no' }, { 'retry-after': '90' }));
    expect(await failureOf(run({}))).toMatchObject({ askedDelayMs: null });
  });

  it('names the provider, the model, the status and the request, and what the provider says without the key', async () => {
    const headers = { 'x-request-id': 'req_7' };
    server.on(CHAT, error(400, { code: 'bad_thing', message: `the key ${KEY} may not use it` }, headers));
    const failure = await failureOf(run({}));
    expect(failure.message).toContain('the key •••• may not use it');
    const details = {
      provider: 'openai',
      model: 'gpt-5.4',
      status: 400,
      provider_code: 'bad_thing',
      request_id: 'req_7',
    };
    expect(failure.details).toEqual(details);
  });

  it('is a refusal or a content filter when the model says so', async () => {
    server.on(CHAT, chatAnswer('', { refusal: 'I cannot help with that.' }));
    for (const config of [{}, { model: 'llama' }, { response_schema: person }]) {
      const failure = await failureOf(run(config));
      expect(failure).toMatchObject({ code: 'AI_REFUSED', retryable: false });
      expect(failure.message).toContain('I cannot help with that.');
    }
    server.on(CHAT, chatAnswer('', { finish: 'content_filter' }));
    expect(await failureOf(run({}))).toMatchObject({ code: 'AI_CONTENT_FILTERED', retryable: false });
    server.on(MESSAGES, messageAnswer('', { stop: 'refusal' }));
    expect(await failureOf(run({ model: 'claude-opus-4-1' }))).toMatchObject({ code: 'AI_REFUSED' });
    server.on(CHAT, chatAnswer('', { finish: 'length' }));
    expect(await failureOf(run({}))).toMatchObject({ code: 'AI_ANSWER_TRUNCATED' });
  });
});

describe('a call', () => {
  it('goes nowhere that the guard does not allow', async () => {
    const guarded = new SafeHttpClient({ allowed: AllowList.parse('') });
    try {
      const failure = await failureOf(run({}, { client: guarded }));
      expect(failure).toMatchObject({ code: 'HTTP_ADDRESS_BLOCKED', retryable: false });
    } finally {
      await guarded.close();
    }
    expect(server.calls).toEqual([]);
  });

  it('ends with its step', async () => {
    const controller = new AbortController();
    server.on(CHAT, () => {
      controller.abort(new Error('not wanted any more'));
      return new Promise(() => undefined);
    });
    const work = run({ fallbacks: ['llama'] }, { signal: controller.signal });
    await expect(work).rejects.toThrow('not wanted any more');
    expect(server.calls).toHaveLength(1);
  });

  it('tells how much it holds in memory, what is asked included', async () => {
    server.on(CHAT, chatAnswer('y'.repeat(50_000)));
    const held: number[] = [];
    await run({ prompt: 'x'.repeat(10_000) }, { onBytesRead: (bytes) => held.push(bytes) });
    expect(held[0]).toBeGreaterThanOrEqual(10_000);
    expect(held.at(-1)).toBeGreaterThanOrEqual((held[0] ?? 0) + 50_000);
  });
});
