import { LIMITS, type StepUsage } from '@millrace/contracts';
import { chatAnswer, messageAnswer } from '../../test/support/model-answers.js';
import { CHAT, failureOf, KEY, MESSAGES, ModelScene, PERSON } from '../../test/support/model-scene.js';

let scene: ModelScene;

beforeEach(async () => {
  scene = await ModelScene.open();
});
afterEach(() => scene.close());

describe('what is asked', () => {
  it("is sent as OpenAI's API takes it, with the config's parameters and our own User-Agent", async () => {
    scene.server.on(CHAT, chatAnswer('Good day'));
    const config = {
      model: 'gpt-5.4',
      prompt: 'Greet {{input.name}}',
      system: 'Be short.',
      temperature: 0.2,
      max_tokens: 50,
    };
    const input = { name: 'Ada' };
    expect(await scene.run({ ...config, model: 'own/llama' }, { input })).toBe('Good day');
    expect(scene.bodyOf(CHAT)).toEqual({
      model: 'llama',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Greet Ada' },
      ],
      temperature: 0.2,
      max_tokens: 50,
    });
    expect(scene.server.calls[0]?.headers).toMatchObject({ 'user-agent': 'Millrace/test' });
    expect(scene.server.calls[0]?.headers['authorization']).toBeUndefined();
    await scene.run({ prompt: '{{input}}' }, { input });
    expect(scene.server.calls[1]?.headers).toMatchObject({ authorization: `Bearer ${KEY}` });
    expect(scene.bodyOf(CHAT, 1)).toMatchObject({
      model: 'gpt-5.4',
      messages: [{ role: 'user', content: '{"name":"Ada"}' }],
    });
  });

  it.each([
    ['openai', 'gpt-5.4'],
    ['openai', 'ft:o4-mini:acme::1'],
    ['azure', 'prod-chat'],
  ])('bounds the answer of %s as all its models take it, whatever they are called: %s', async (type, model) => {
    scene.server.on(CHAT, chatAnswer('Good day'));
    const providers = { mine: { type, base_url: `${scene.server.url}/v1`, api_key: KEY, models: [model] } };
    await scene.run({ model, max_tokens: 50 }, { providers });
    expect(scene.bodyOf(CHAT)).toMatchObject({ model, max_completion_tokens: 50 });
    expect(scene.bodyOf(CHAT)).not.toHaveProperty('max_tokens');
  });

  it('has the key for Azure in both of the headers that it takes, and no other provider has two', async () => {
    scene.server.on(CHAT, chatAnswer('Good day'));
    const of = (type: string) => ({
      mine: { type, base_url: `${scene.server.url}/v1`, api_key: KEY, models: ['gpt'] },
    });
    await scene.run({}, { providers: of('azure') });
    await scene.run({}, { providers: of('openai') });
    expect(scene.server.calls.map(({ headers }) => [headers['authorization'], headers['api-key']])).toEqual([
      [`Bearer ${KEY}`, KEY],
      [`Bearer ${KEY}`, undefined],
    ]);
  });

  it("is sent as Anthropic's API takes it", async () => {
    scene.server.on(MESSAGES, messageAnswer('Good day'));
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Yes?' },
      { role: 'user', content: '{{input.question}}' },
    ];
    const config = { model: 'claude-opus-4-1', prompt: undefined, messages };
    expect(await scene.run(config, { input: { question: 'Why?' } })).toBe('Good day');
    expect(scene.server.calls[0]?.headers).toMatchObject({ 'x-api-key': KEY });
    expect(scene.bodyOf(MESSAGES)).toMatchObject({ model: 'claude-opus-4-1', max_tokens: 4_096 });
    expect(JSON.stringify(scene.bodyOf(MESSAGES))).toContain('Why?');
  });

  it('never has a key of the environment', async () => {
    scene.server.on(CHAT, chatAnswer('ok'));
    process.env['OPENAI_API_KEY'] = 'sk-of-the-process';
    try {
      await scene.run({ model: 'own/llama' });
    } finally {
      delete process.env['OPENAI_API_KEY'];
    }
    expect(JSON.stringify(scene.server.calls)).not.toContain('sk-of-the-process');
  });

  it('is bounded before anything is sent', async () => {
    const input = { text: 'x'.repeat(LIMITS.aiPromptBytes + 1) };
    const failure = await failureOf(scene.run({ prompt: '{{input.text}}' }, { input }));
    expect(failure).toMatchObject({ code: 'EXPRESSION_FAILED' });
    const many = { messages: Array.from({ length: 3 }, () => ({ role: 'user', content: 'y'.repeat(500_000) })) };
    expect(
      await failureOf(scene.run({ prompt: undefined, messages: '{{input.messages}}' }, { input: many })),
    ).toMatchObject({
      code: 'EXPRESSION_FAILED',
    });
    expect(scene.server.calls).toEqual([]);
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
      expect(await failureOf(scene.run(config, { input }))).toMatchObject({
        code: 'EXPRESSION_FAILED',
        details: { field },
      });
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
    scene.server.on(CHAT, chatAnswer('ok'));
    await scene.run({ model });
    expect(scene.bodyOf(CHAT)).toMatchObject({ model: asked });
  });

  it('is any, when the provider lists none', async () => {
    scene.server.on(CHAT, chatAnswer('ok'));
    const own = { type: 'openai_compatible', base_url: `${scene.server.url}/v1` };
    await scene.run({ model: 'org/whatever:7b' }, { providers: { own } });
    expect(scene.bodyOf(CHAT)).toMatchObject({ model: 'org/whatever:7b' });
    expect(await failureOf(scene.run({}, { providers: { own } }))).toMatchObject({ code: 'AI_MODEL_UNKNOWN' });
  });

  it.each([
    ['openai', CHAT, chatAnswer('ok'), 'gpt-5.6'],
    ['anthropic', MESSAGES, messageAnswer('ok'), 'claude-sonnet-5'],
    ['mistral', CHAT, chatAnswer('ok'), 'mistral-medium-latest'],
  ])('is the default of %s, when that is all there is of a provider', async (type, path, answer, asked) => {
    scene.server.on(path, answer);
    const providers = { only: { type, base_url: `${scene.server.url}/v1`, api_key: KEY } };
    for (const model of [undefined, 'gpt-4', 'gpt-3.5-turbo']) await scene.run({ model }, { providers });
    expect(scene.server.calls.map(({ body }) => (JSON.parse(body) as { model: string }).model)).toEqual([asked, asked, asked]); // prettier-ignore
  });

  it('is not known by a name of the reference where models are those of the owner, who learns what to set', async () => {
    scene.server.on(CHAT, { status: 404, body: { error: { code: 'DeploymentNotFound', message: 'No deployment' } } });
    const providers = { only: { type: 'azure', base_url: `${scene.server.url}/v1`, api_key: KEY } };
    const failure = await failureOf(scene.run({ model: 'gpt-4' }, { providers }));
    expect(failure).toMatchObject({ code: 'AI_MODEL_UNKNOWN', details: { provider: 'only', model: 'gpt-4' } });
    expect(failure.message).toContain('or list "models" at the provider, and "gpt-4" means the first of them');
  });

  it('is an error that names the models there are, or the setting when there is no provider', async () => {
    const failure = await failureOf(scene.run({ model: 'gtp-5' }));
    expect(failure).toMatchObject({ code: 'AI_MODEL_UNKNOWN', retryable: false });
    expect(failure.message).toContain('gpt-5.4, quick, claude-opus-4-1, llama');
    const missing = await failureOf(scene.run({}, { providers: {} }));
    expect(missing).toMatchObject({ code: 'AI_PROVIDER_MISSING', retryable: false });
    expect(missing.message).toContain('MILLRACE_AI_PROVIDERS');
  });

  it('is the next of the fallbacks while one does not respond', async () => {
    scene.server.on(CHAT, (call) =>
      call.body.includes('"llama"') ? chatAnswer('from llama') : { status: 503, body: { error: { message: 'busy' } } },
    );
    const used: StepUsage[] = [];
    const output = await scene.run(
      { fallbacks: ['quick', 'nothing-like-it', 'llama'] },
      { onUsage: (usage) => used.push(usage) },
    );
    expect(output).toBe('from llama');
    expect(used).toMatchObject([{ provider: 'own', model: 'llama' }]);
    const failure = await failureOf(scene.run({ model: 'nothing', fallbacks: ['quick'] }));
    expect(failure).toMatchObject({ code: 'AI_UNAVAILABLE', retryable: true });
  });

  it.each([
    [401, { message: 'no' }],
    [402, { message: 'pay' }],
    [404, { message: 'no such model' }],
    [429, { message: 'slow down' }],
    [503, { message: 'busy' }],
  ])('is the next of the fallbacks after a status %i, which says nothing about another one', async (status, error) => {
    scene.server.sequence(CHAT, [{ status, body: { error } }, chatAnswer('from llama')]);
    expect(await scene.run({ fallbacks: ['llama'] })).toBe('from llama');
  });

  it('is no other one for what every model would refuse', async () => {
    scene.server.on(CHAT, { status: 400, body: { error: { code: 'content_filter', message: 'no' } } });
    expect(await failureOf(scene.run({ fallbacks: ['llama'] }))).toMatchObject({ code: 'AI_CONTENT_FILTERED' });
    expect(scene.server.calls).toHaveLength(1);
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
    scene.server.on(CHAT, chatAnswer(text));
    expect(await scene.run({})).toEqual(output);
  });

  it('comes with what was used', async () => {
    scene.server.on(CHAT, chatAnswer('ok', { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } }));
    const used: StepUsage[] = [];
    await scene.run({}, { onUsage: (usage) => used.push(usage) });
    const known = { provider: 'openai', model: 'gpt-5.4', finish_reason: 'stop' };
    expect(used).toEqual([{ ...known, input_tokens: 7, output_tokens: 2, cost: 0 }]);
    scene.server.on(CHAT, chatAnswer('ok', { usage: undefined }));
    await scene.run({ model: 'llama' }, { onUsage: (usage) => used.push(usage) });
    expect(used[1]).toMatchObject({ input_tokens: null, output_tokens: null });
  });

  it('is what there is of a text that reached max_tokens, and says so', async () => {
    scene.server.on(CHAT, chatAnswer('The beginn', { finish: 'length' }));
    const used: StepUsage[] = [];
    expect(await scene.run({}, { onUsage: (usage) => used.push(usage) })).toBe('The beginn');
    expect(used).toMatchObject([{ finish_reason: 'length' }]);
  });
});

describe('an answer with a response_schema', () => {
  const fits = '{"name": "Ada", "age": 36}';

  it.each([
    ['gpt-5.4', 'json_schema'],
    ['llama', 'json_object'],
  ])('is asked of %s as a %s, and checked', async (model, format) => {
    scene.server.on(CHAT, chatAnswer(fits));
    expect(await scene.run({ model, response_schema: PERSON })).toEqual({ name: 'Ada', age: 36 });
    expect(scene.bodyOf(CHAT)).toMatchObject({ response_format: { type: format } });
    // Where the API does not take the schema, the instructions have it.
    expect(JSON.stringify(scene.bodyOf(CHAT))).toContain('minimum');
  });

  it('is asked of Anthropic as it takes schemas, and checked too', async () => {
    scene.server.on(MESSAGES, messageAnswer(fits));
    expect(await scene.run({ model: 'claude-opus-4-1', response_schema: PERSON })).toEqual({ name: 'Ada', age: 36 });
    const schema = { properties: { name: { type: 'string' }, age: { type: 'integer' } }, required: ['name', 'age'] };
    expect(scene.bodyOf(MESSAGES)).toMatchObject({ output_config: { format: { type: 'json_schema', schema } } });
  });

  it.each([
    ['has a wrong value', '{"name": "Ada", "age": "old"}', '/age must be integer'],
    ['lacks a member', '{"name": "Ada"}', "must have required property 'age'"],
    ['is not JSON', 'Ada is 36.', 'it is not JSON'],
  ])('that %s is asked for once more, with the problem', async (_, text, problem) => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const used: StepUsage[] = [];
    scene.server.sequence(CHAT, [
      chatAnswer(text, { usage }),
      chatAnswer(`So: \`\`\`json\n${fits}\n\`\`\``, { usage }),
    ]);
    const output = await scene.run({ response_schema: PERSON }, { onUsage: (one) => used.push(one) });
    expect(output).toEqual({ name: 'Ada', age: 36 });
    expect(scene.server.calls).toHaveLength(2);
    const [, said, repair] = scene.bodyOf(CHAT, 1)['messages'] as { role: string; content: string }[];
    expect(said).toEqual({ role: 'assistant', content: text });
    expect(repair?.content).toContain(problem);
    expect(used.at(-1)).toMatchObject({ input_tokens: 20, output_tokens: 10 });
  });

  it('whose text has another format than the schema says is asked for once more', async () => {
    const schema = { type: 'object', properties: { born: { type: 'string', format: 'date' } } };
    scene.server.sequence(CHAT, [chatAnswer('{"born": "10 December 1815"}'), chatAnswer('{"born": "1815-12-10"}')]);
    expect(await scene.run({ response_schema: schema })).toEqual({ born: '1815-12-10' });
    const repair = (scene.bodyOf(CHAT, 1)['messages'] as { content: string }[]).at(-1);
    expect(repair?.content).toContain('/born must match format "date"');
  });

  it('fails when it does not fit the second time either', async () => {
    scene.server.on(CHAT, chatAnswer('no'));
    const failure = await failureOf(scene.run({ response_schema: PERSON }));
    expect(failure).toMatchObject({ code: 'AI_ANSWER_INVALID', retryable: false, details: { answer: 'no' } });
    expect(scene.server.calls).toHaveLength(2);
  });

  it('that was cut off is not asked for again', async () => {
    scene.server.on(CHAT, chatAnswer('{"name": "A', { finish: 'length' }));
    const failure = await failureOf(scene.run({ response_schema: PERSON, max_tokens: 5 }));
    expect(failure).toMatchObject({ code: 'AI_ANSWER_TRUNCATED', details: { max_tokens: 5 } });
    expect(scene.server.calls).toHaveLength(1);
  });

  it('is not checked when it is too large for that', async () => {
    const many = JSON.stringify(Array.from({ length: LIMITS.aiCheckedValues + 1 }, () => 1));
    scene.server.on(CHAT, chatAnswer(many));
    const schema = { type: 'array', items: { type: 'integer' } };
    expect(await failureOf(scene.run({ response_schema: schema }))).toMatchObject({ code: 'AI_ANSWER_TOO_LARGE' });
  });
});
