import { newId } from '@millrace/contracts';
import { FakeHttpServer } from '@millrace/testing';
import { chatAnswer } from './support/model-answers.js';
import { ProviderScene } from './support/provider-scene.js';

/* Models behind a proxy of the operator, which is for one organisation alone. The proxy repeats what it was sent, as some do in their pages of errors. */

const PASSWORD = 'pass/word-of-the-proxy';
const ENCODED = Buffer.from(`user:${PASSWORD}`).toString('base64');

let proxy: FakeHttpServer;
let scene: ProviderScene;
let organisation: string;

beforeAll(async () => {
  organisation = newId('organisation');
  proxy = await FakeHttpServer.start();
  const address = proxy.url.replace('http://', `http://user:${encodeURIComponent(PASSWORD)}@`);
  scene = await ProviderScene.open({ httpRoutes: [{ organisations: [organisation], proxy: address }] });
});

afterAll(async () => {
  await scene?.close();
  await proxy?.stop();
});

beforeEach(async () => {
  scene.reset();
  proxy.calls.splice(0);
  proxy.otherwise(() => chatAnswer('by the proxy'));
  await scene.publish({ mine: {} }, organisation);
});

/** What calls of a model of the organisation, and of the installation, ask for. */
const PROVIDERS = [
  ['of its own', 'mine/gpt', '/own/chat/completions'],
  ['of the installation', 'house/gpt', '/house/chat/completions'],
] as const;

describe.each(PROVIDERS)('a model %s', (_, model, path) => {
  it('is asked through the proxy of the organisation', async () => {
    const events = JSON.stringify(await scene.run(organisation, { model }));
    expect(events).toContain('by the proxy');
    expect(proxy.calls.map((call) => [call.path, call.headers['proxy-authorization']])).toEqual([
      [`${scene.model.url}${path}`, `Basic ${ENCODED}`],
    ]);
    expect(scene.paths()).toEqual([]);
  });

  it('is asked straight away by those whom the proxy is not for', async () => {
    const other = await scene.publish({ mine: {} });
    await scene.run(other, { model });
    expect(scene.paths()).toEqual([path]);
    expect(proxy.calls).toEqual([]);
  });

  const repeated = `user:${PASSWORD} ${ENCODED} ${encodeURIComponent(PASSWORD)}`;
  it.each([
    ['an answer', chatAnswer(repeated)],
    ['a failure', { status: 502, headers: { 'x-request-id': repeated }, body: { error: { message: repeated } } }],
    ['a refused request', { status: 400, body: { error: { message: repeated, code: repeated } } }],
  ])('does not show the password of the proxy in %s that repeats it', async (_what, answer) => {
    proxy.otherwise(() => answer);
    const events = JSON.stringify(await scene.run(organisation, { model }));
    expect(events).toContain('••••');
    for (const form of [PASSWORD, encodeURIComponent(PASSWORD), ENCODED.slice(8, 24)])
      expect(events).not.toContain(form);
  });
});

it('goes the same way when a provider is tried, and its test does not show the password', async () => {
  proxy.otherwise(() => chatAnswer(`I was sent ${PASSWORD}`));
  expect(await scene.tried(organisation, 'mine')).toMatchObject({ answer: 'I was sent ••••' });
});
