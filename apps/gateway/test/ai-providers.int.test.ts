import { startGateway, type RunningGateway } from './gateway.fixture.js';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

// Nobody who owns providers is there: what was asked of them would be 503.
test('a provider of models that could not be is refused with the member that is wrong, and without its key', async () => {
  const KEY = 'sk-c4n4ry-correct-horse';
  const provider = { type: 'openai', api_key: KEY };
  const own = { type: 'openai_compatible', base_url: 'https://llm.example.com/v1' };
  const refused: [path: string, body: object][] = [
    ['type', { ...provider, type: 'skynet' }],
    ['base_url', { ...own, base_url: undefined }],
    ['base_url', { ...provider, type: 'azure' }],
    ['base_url', { ...own, base_url: 'file:///etc/passwd' }],
    ['base_url', { ...own, base_url: 'https://user:word@llm.example.com/v1' }],
    ['base_url', { ...own, base_url: 'https://llm.example.com/v1?key=1' }],
    ['base_url', { ...own, base_url: 'https://llm.example.com/v1#x' }],
    ['base_url', { ...own, base_url: `https://llm.example.com/${'v'.repeat(2_000)}` }],
    ['api_key', { ...provider, api_key: `${KEY}\r\nX-Other: 1` }],
    ['api_key', { ...provider, api_key: '' }],
    ['api_key', { ...provider, api_key: 'ü' }],
    ['models[0]', { ...provider, models: [''] }],
    ['models[0]', { ...provider, models: ['m'.repeat(201)] }],
    ['models', { ...provider, models: Array.from({ length: 201 }, (_, index) => `m${index}`) }],
    [
      'aliases',
      { ...provider, aliases: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`a${index}`, 'm'])) },
    ],
    ['default', { ...provider, default: 'yes' }],
  ];
  for (const [path, body] of refused) {
    const answer = await gateway.call('PUT', '/v1/ai/providers/a', { body: JSON.stringify(body) });
    const { issues } = answer.body.error?.details as { issues: { path: string }[] };
    expect([answer.status, issues.map((issue) => issue.path)]).toEqual([400, [path]]);
    expect(JSON.stringify(answer.body)).not.toContain(KEY);
  }
});
