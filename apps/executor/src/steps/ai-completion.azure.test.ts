import type { FakeHttpAnswer } from '@millrace/testing';
import { failureOf, KEY, ModelScene } from '../../test/support/model-scene.js';

/* What Azure alone says, as it says it. */

const PATH = '/openai/v1/chat/completions';
const MODEL = 'prod-chat';

let scene: ModelScene;
let told: string[];
const sink = { add: (text: string) => void told.push(text), end: () => undefined, drop: () => undefined };

beforeEach(async () => {
  scene = await ModelScene.open();
  told = [];
});
afterEach(() => scene.close());

const providers = () => ({
  house: { type: 'azure', base_url: `${scene.server.url}/openai/v1`, api_key: KEY, models: [MODEL] },
});
const ask = (config: object = {}, rest: object = {}) => scene.run(config, { providers: providers(), ...rest });

const SAFE = { filtered: false, severity: 'safe' };
/** Of a prompt and of each piece of an answer. */
const FILTERS = { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE };
const PROMPT_FILTERS = [
  { prompt_index: 0, content_filter_results: { ...FILTERS, jailbreak: { filtered: false, detected: false } } },
];
const USAGE = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };

function answer(message: object, finish_reason: string): FakeHttpAnswer {
  const choices = [{ index: 0, message, finish_reason, logprobs: null, content_filter_results: FILTERS }];
  const rest = {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o-2024-08-06',
    system_fingerprint: 'fp_1',
  };
  return { body: { ...rest, choices, usage: USAGE, prompt_filter_results: PROMPT_FILTERS } };
}

/** An answer in pieces. The first is about the prompt and of no choice. */
function stream(choices: readonly object[]): FakeHttpAnswer {
  const event = (rest: object): string => `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...rest })}\n\n`;
  async function* pieces(): AsyncGenerator<string> {
    yield event({ id: '', created: 0, model: '', choices: [], prompt_filter_results: PROMPT_FILTERS });
    for (const choice of choices)
      yield event({
        id: 'c1',
        created: 1,
        model: 'gpt-4o-2024-08-06',
        choices: [{ index: 0, logprobs: null, ...choice }],
      });
    yield event({ id: 'c1', created: 1, model: 'gpt-4o-2024-08-06', choices: [], usage: USAGE });
    yield 'data: [DONE]\n\n';
  }
  return { pieces: pieces() };
}

const delta = (content: string) => ({ delta: { content }, finish_reason: null, content_filter_results: FILTERS });
/** Where the filter runs beside the answer, what it has found comes by itself. */
const FOUND = { finish_reason: null, content_filter_results: FILTERS, content_filter_offsets: { check_offset: 0, start_offset: 0, end_offset: 8 } }; // prettier-ignore
const end = (finish_reason: string) => ({ delta: {}, finish_reason, content_filter_results: {} });

describe('an answer', () => {
  it('has its text and what was used, with what its filters have found beside it', async () => {
    scene.server.on(PATH, answer({ role: 'assistant', content: 'Good day', refusal: null, annotations: [] }, 'stop'));
    const used: unknown[] = [];
    expect(await ask({}, { onUsage: (usage: unknown) => used.push(usage) })).toBe('Good day');
    expect(used).toEqual([
      expect.objectContaining({ provider: 'house', model: MODEL, input_tokens: 3, output_tokens: 1 }),
    ]);
  });

  it.each([
    ['as it comes', [delta('Good'), delta(' day')]],
    ['as it comes, with what the filter finds by itself', [delta('Good'), FOUND, delta(' day'), FOUND]],
  ])('has them %s', async (_, pieces) => {
    scene.server.on(PATH, stream([{ delta: { role: 'assistant', content: '' } }, ...pieces, end('stop')]));
    const used: unknown[] = [];
    expect(await ask({}, { sink, onUsage: (usage: unknown) => used.push(usage) })).toBe('Good day');
    expect(told.join('')).toBe('Good day');
    expect(used).toEqual([expect.objectContaining({ input_tokens: 3, output_tokens: 1, finish_reason: 'stop' })]);
    expect(scene.server.callsTo(PATH)).toHaveLength(1);
  });

  it('that the filter has stopped is none, whether it comes in pieces or not', async () => {
    const stopped = { code: 'AI_CONTENT_FILTERED', retryable: false };
    scene.server.on(PATH, answer({ role: 'assistant' }, 'content_filter'));
    expect(await failureOf(ask())).toMatchObject(stopped);
    scene.server.on(PATH, stream([delta('Good'), end('content_filter')]));
    expect(await failureOf(ask({}, { sink }))).toMatchObject(stopped);
  });
});

const error = (status: number, body: object, headers: Record<string, string> = {}): FakeHttpAnswer => ({
  ...{ status, headers, body: { error: body } },
});
const FILTERED = { filtered: true, severity: 'high' };
const POLICY = {
  message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
  ...{ type: null, param: 'prompt', code: 'content_filter', status: 400 },
  innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { ...FILTERS, hate: FILTERED } },
};
const RATE =
  'Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current pricing tier.';
const NETWORK = 'Access denied due to Virtual Network/Firewall rules.';
const PRIVATE = 'Public access is disabled. Please configure private endpoint.';

it.each<[string, FakeHttpAnswer, object]>([
  [
    'no deployment of that name',
    error(404, { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' }),
    { code: 'AI_MODEL_UNKNOWN', details: { provider_code: 'DeploymentNotFound' } },
  ],
  ['no such address', error(404, { code: '404', message: 'Resource not found' }), { code: 'AI_MODEL_UNKNOWN' }],
  ['a prompt that is filtered', error(400, POLICY), { code: 'AI_CONTENT_FILTERED' }],
  [
    'a key that is wrong',
    error(401, { code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' }),
    { code: 'AI_KEY_REFUSED' },
  ],
  [
    'a key that a gateway in front of it refuses',
    { status: 401, body: { statusCode: 401, message: 'Access denied due to missing subscription key.' } },
    { code: 'AI_KEY_REFUSED' },
  ],
  [
    'too many requests',
    error(429, { code: 'RateLimitReached', message: RATE }, { 'retry-after': '7' }),
    { code: 'AI_RATE_LIMITED', retryable: true, askedDelayMs: 7_000 },
  ],
  [
    'no quota left',
    {
      status: 403,
      body: { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 02:00:00.' },
    },
    { code: 'AI_QUOTA_EXCEEDED' },
  ],
  [
    'a network that may not reach it',
    error(403, { code: 'AccessDenied', message: NETWORK }),
    { code: 'AI_REQUEST_REFUSED', message: expect.stringContaining(NETWORK) as string },
  ],
  [
    'a network that may not reach it, in other words',
    error(403, { code: '403', message: PRIVATE }),
    { code: 'AI_REQUEST_REFUSED', message: expect.stringContaining(PRIVATE) as string },
  ],
  [
    'a model of another kind',
    error(400, {
      code: 'OperationNotSupported',
      message: 'The chatCompletion operation does not work with the specified model.',
    }),
    { code: 'AI_REQUEST_REFUSED', message: expect.stringContaining('The chatCompletion operation') as string },
  ],
  [
    'a server that is too busy',
    error(503, { code: 'ServiceUnavailable', message: 'Try again' }),
    { code: 'AI_UNAVAILABLE', retryable: true },
  ],
])('%s has its name, also where the answer is to come in pieces', async (_, said, failure) => {
  scene.server.on(PATH, said);
  const expected = { retryable: false, ...failure };
  expect(await failureOf(ask())).toMatchObject(expected);
  expect(await failureOf(ask({}, { sink }))).toMatchObject(expected);
  expect(scene.server.callsTo(PATH)).toHaveLength(2);
});
