import { createServer, type Server } from 'node:net';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { OrganisationProviders } from '../src/ai/organisation-providers.js';
import { ProviderTest } from '../src/ai/provider-test.js';
import { systemClock } from '../src/clock.js';
import { chatAnswer } from './support/model-answers.js';
import { CANARY, CHAT, ProviderScene } from './support/provider-scene.js';

let scene: ProviderScene;
beforeAll(async () => {
  scene = await ProviderScene.open();
});
afterAll(() => scene?.close());
beforeEach(() => scene.reset());

describe('the test of a provider', () => {
  it('asks its first model, the one that is named, or the default of its type, and returns what it said', async () => {
    const mine = { models: ['gpt', 'mini'], aliases: { m: 'mini' } };
    const organisation = await scene.publish({ mine, short: { type: 'mistral', models: [] } });
    expect(await scene.tried(organisation, 'mine')).toEqual({
      model: 'gpt',
      answer: 'their own',
      input_tokens: 3,
      output_tokens: 1,
    });
    expect(await scene.tried(organisation, 'mine', 'm')).toMatchObject({ model: 'mini' });
    expect(await scene.tried(organisation, 'short')).toMatchObject({ model: 'mistral-medium-latest' });
    expect(scene.keys()).toEqual(Array(3).fill(`Bearer ${CANARY}`));
  });

  it('returns why it failed', async () => {
    const organisation = await scene.publish({ mine: {}, open: { models: [] } });
    scene.model.on(CHAT, { status: 401, body: { error: { message: 'no' } } });
    await expect(scene.tried(organisation, 'mine')).rejects.toMatchObject({ code: 'AI_KEY_REFUSED' });
    await expect(scene.tried(organisation, 'mine', 'other')).rejects.toMatchObject({ code: 'AI_MODEL_UNKNOWN' });
    await expect(scene.tried(organisation, 'open')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [expect.objectContaining({ path: 'model' })] },
    });
  });

  it('reaches neither those of the installation nor of another organisation', async () => {
    await scene.publish({ theirs: {} });
    const organisation = await scene.publish({ mine: {} });
    for (const name of ['house', 'theirs', 'constructor'])
      await expect(scene.tried(organisation, name)).rejects.toMatchObject({
        code: 'AI_PROVIDER_NOT_FOUND',
        details: { provider_name: name },
      });
    expect(scene.model.calls).toEqual([]);
  });

  it('ends when its time is over', async () => {
    const organisation = await scene.publish({ mine: {} });
    const client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
    scene.model.on(CHAT, () => new Promise(() => undefined));
    await expect(
      testerWith(client, 50).run({ organisationId: organisation, name: 'mine', model: undefined }),
    ).rejects.toMatchObject({
      code: 'AI_UNAVAILABLE',
      message: 'The provider "mine" did not respond within 50 ms',
    });
    await client.close();
  });
});

function testerWith(client: SafeHttpClient, limitMs?: number): ProviderTest {
  const providers = new OrganisationProviders(scene.bus, scene.keyring(), []);
  const clients = { installation: client, organisation: client };
  return new ProviderTest(providers, { clients, userAgent: 'test', clock: systemClock }, limitMs);
}

describe('the key of a provider', () => {
  const repeated = [CANARY, Buffer.from(`x${CANARY}`).toString('base64'), encodeURIComponent(`${CANARY}=`)].join(' ');
  const forms = [CANARY, Buffer.from(CANARY).toString('base64').slice(4, -4)];
  const fails = (status: number) => ({
    status,
    headers: { 'x-request-id': CANARY },
    body: { error: { message: `Wrong key ${repeated}`, code: CANARY, type: CANARY } },
  });

  it.each([
    ['an answer', chatAnswer(`I was sent ${repeated}`), {}],
    ['an answer that is an object', chatAnswer(JSON.stringify({ [CANARY]: repeated })), {}],
    ['an answer of the wrong shape', chatAnswer(repeated), { response_schema: { type: 'object' } }],
    ['a refusal', chatAnswer('', { refusal: `No: ${repeated}` }), {}],
    ['a refused key', fails(401), {}],
    ['a refused request', fails(400), {}],
    ['a failure', fails(500), {}],
    ['no JSON', { body: `<html>${repeated}</html>` }, {}],
    ['a redirect', { status: 302, headers: { location: `http://127.0.0.1:9/?key=${CANARY}` } }, {}],
  ])('is not in what is recorded of %s that repeats it', async (_, answer, config) => {
    scene.model.on(CHAT, answer);
    const organisation = await scene.publish({ mine: { type: 'openai' } });
    const events = JSON.stringify(await scene.run(organisation, config));
    expect(scene.keys()).toContain(`Bearer ${CANARY}`);
    for (const form of forms) expect(events).not.toContain(form);
    const tried = await scene.tried(organisation, 'mine').catch((error: unknown) => error);
    const { message = '', details = {} } = tried as { message?: string; details?: object };
    for (const form of forms) expect(JSON.stringify([tried, message, details])).not.toContain(form);
  });
});

describe('the address of a provider', () => {
  let inside: Server;
  let hits = 0;
  beforeAll(async () => {
    inside = createServer((socket) => {
      hits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => inside.listen(0, resolve));
  });
  afterAll(() => void inside?.close());

  it('leads nowhere inside of the network, however it is written', async () => {
    const client = new SafeHttpClient({ allowed: AllowList.parse('') });
    const { port } = inside.address() as { port: number };
    const hosts = [
      ...[
        '127.0.0.1',
        '127.1',
        '2130706433',
        '0x7f.1',
        '0177.0.0.1',
        '0.0.0.0',
        '127.0.0.53',
        'localhost',
        'LOCALHOST',
      ],
      ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[::127.0.0.1]', '①②⑦.0.0.1'],
    ];
    for (const host of hosts)
      for (const type of ['openai', 'anthropic', 'openai_compatible'] as const) {
        const base_url = `http://${host}:${port}/v1`;
        const organisationId = await scene.publish({ mine: { type, base_url } });
        const tried = testerWith(client).run({ organisationId, name: 'mine', model: undefined });
        await expect(tried.catch((error: { code: string }) => [host, error.code])).resolves.toEqual([
          host,
          'HTTP_ADDRESS_BLOCKED',
        ]);
      }
    expect(hits).toBe(0);
    await client.close();
  });

  it('that is allowed to the installation alone is refused to an organisation, also in a step', async () => {
    const { port } = inside.address() as { port: number };
    const organisation = await scene.publish({ mine: { base_url: `http://127.0.0.2:${port}` } });
    expect(await scene.end(organisation, { model: 'gpt' })).toMatchObject({ error: { code: 'HTTP_ADDRESS_BLOCKED' } });
    await expect(scene.tried(organisation, 'mine')).rejects.toMatchObject({ code: 'HTTP_ADDRESS_BLOCKED' });
    expect(hits).toBe(0);
  });
});
