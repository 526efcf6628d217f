import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import type { FakeHttpAnswer } from '@millrace/testing';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { chatAnswer, messageAnswer } from '../../test/support/model-answers.js';
import { CHAT, failureOf, KEY, MESSAGES, ModelScene, PERSON } from '../../test/support/model-scene.js';

/** As Anthropic says it. */
const NO_CREDIT = 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.';

let scene: ModelScene;

beforeEach(async () => {
  scene = await ModelScene.open();
});
afterEach(() => scene.close());

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
    [{ status: 400, body: { object: 'error', message: 'Invalid model: x', type: 'invalid_model', code: '1500' } }, 'AI_MODEL_UNKNOWN', false], // prettier-ignore
    [error(429, { code: 'rate_limit_exceeded', message: 'slow down' }), 'AI_RATE_LIMITED', true],
    [error(429, { code: 'insufficient_quota', message: 'pay' }), 'AI_QUOTA_EXCEEDED', false],
    [error(402, { message: 'pay' }), 'AI_QUOTA_EXCEEDED', false],
    [error(400, { type: 'invalid_request_error', message: NO_CREDIT }), 'AI_QUOTA_EXCEEDED', false],
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
      scene.server.on(path, answer);
      const failure = await failureOf(scene.run({ model }));
      expect({ model, code: failure.code, retryable: failure.retryable }).toEqual({ model, code, retryable });
      expect(JSON.stringify(failure) + failure.message).not.toContain(KEY);
    }
    // The step's retry is the only one.
    expect(scene.server.calls).toHaveLength(3);
  });

  it('has the pause that the provider asks for', async () => {
    scene.server.on(CHAT, error(429, { message: 'slow down' }, { 'retry-after': '90' }));
    expect(await failureOf(scene.run({}))).toMatchObject({ askedDelayMs: 90_000 });
    scene.server.on(CHAT, error(503, { message: 'busy' }, { 'retry-after-ms': '1500', 'retry-after': '2' }));
    expect(await failureOf(scene.run({}))).toMatchObject({ askedDelayMs: 1_500 });
    scene.server.on(CHAT, error(401, { message: 'no' }, { 'retry-after': '90' }));
    expect(await failureOf(scene.run({}))).toMatchObject({ askedDelayMs: null });
  });

  it('names the provider, the model, the status and the request, and what the provider says without the key', async () => {
    const headers = { 'x-request-id': 'req_7' };
    scene.server.on(CHAT, error(400, { code: 'bad_thing', message: `the key ${KEY} may not use it` }, headers));
    const failure = await failureOf(scene.run({}));
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

  it('says what the provider says where that is more than a text', async () => {
    const detail = [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }];
    scene.server.on(CHAT, {
      status: 422,
      body: { object: 'error', message: { detail }, type: 'invalid_request_error' },
    });
    const failure = await failureOf(scene.run({ model: 'llama' }));
    expect(failure).toMatchObject({ code: 'AI_REQUEST_REFUSED' });
    expect(failure.message).toContain('"loc":["body","seed"]');
  });

  it('has no part of a key that is not accepted, which some providers show', async () => {
    const message = `Incorrect API key provided: ${KEY.slice(0, 7)}***${KEY.slice(-4)}. Find yours at our site.`;
    scene.server.on(CHAT, error(401, { message, code: 'invalid_api_key' }));
    const failure = await failureOf(scene.run({}));
    expect(failure.message).toContain('does not accept the API key (status 401)');
    for (const part of [KEY.slice(0, 7), KEY.slice(-4)]) {
      expect(JSON.stringify([failure.message, failure.details])).not.toContain(part);
    }
  });

  it('is a refusal or a content filter when the model says so', async () => {
    scene.server.on(CHAT, chatAnswer('', { refusal: 'I cannot help with that.' }));
    for (const config of [{}, { model: 'llama' }, { response_schema: PERSON }]) {
      const failure = await failureOf(scene.run(config));
      expect(failure).toMatchObject({ code: 'AI_REFUSED', retryable: false });
      expect(failure.message).toContain('I cannot help with that.');
    }
    scene.server.on(CHAT, chatAnswer('', { finish: 'content_filter' }));
    expect(await failureOf(scene.run({}))).toMatchObject({ code: 'AI_CONTENT_FILTERED', retryable: false });
    scene.server.on(MESSAGES, messageAnswer('', { stop: 'refusal' }));
    expect(await failureOf(scene.run({ model: 'claude-opus-4-1' }))).toMatchObject({ code: 'AI_REFUSED' });
    scene.server.on(CHAT, chatAnswer('', { finish: 'length' }));
    expect(await failureOf(scene.run({}))).toMatchObject({ code: 'AI_ANSWER_TRUNCATED' });
  });
});

describe('a call', () => {
  it('goes nowhere that the guard does not allow', async () => {
    const guarded = new SafeHttpClient({ allowed: AllowList.parse('') });
    try {
      const failure = await failureOf(scene.run({}, { client: guarded }));
      expect(failure).toMatchObject({ code: 'HTTP_ADDRESS_BLOCKED', retryable: false });
    } finally {
      await guarded.close();
    }
    expect(scene.server.calls).toEqual([]);
  });

  it('ends with its step', async () => {
    const controller = new AbortController();
    scene.server.on(CHAT, () => {
      controller.abort(new Error('not wanted any more'));
      return new Promise(() => undefined);
    });
    const work = scene.run({ fallbacks: ['llama'] }, { signal: controller.signal });
    await expect(work).rejects.toThrow('not wanted any more');
    expect(scene.server.calls).toHaveLength(1);
  });

  it('of a step without a timeout ends at its own bound, and may be made again', async () => {
    scene.server.on(CHAT, () => new Promise(() => undefined));
    const failure = await failureOf(scene.run({}, { callMs: 50 }));
    expect(failure).toMatchObject({ code: 'AI_UNAVAILABLE', retryable: true });
    expect(failure.message).toContain('no complete answer within 50 ms');
  });

  it('has no such bound where the step has a timeout', async () => {
    scene.server.on(CHAT, async () => {
      await sleep(100);
      return chatAnswer('Good day');
    });
    expect((await failureOf(scene.run({}, { callMs: 1 }))).code).toBe('AI_UNAVAILABLE');
    expect(await scene.run({}, { callMs: 1, timeoutMs: 60_000 })).toBe('Good day');
  });

  it('reports how much it holds in memory, what is asked included', async () => {
    scene.server.on(CHAT, chatAnswer('y'.repeat(50_000)));
    const held: number[] = [];
    await scene.run({ prompt: 'x'.repeat(10_000) }, { onBytesRead: (bytes) => held.push(bytes) });
    expect(held[0]).toBeGreaterThanOrEqual(10_000);
    expect(held.at(-1)).toBeGreaterThanOrEqual((held[0] ?? 0) + 50_000);
  });
});
