import { FakeHttpServer, uniqueName, waitUntil } from '@millrace/testing';
import { OutboundScene } from './outbound.fixture.js';

/* Events behind a proxy of the operator, which is for one organisation alone and repeats what it was sent. */

const PASSWORD = 'pass/word-of-the-proxy';

let proxy: FakeHttpServer;
let scene: OutboundScene;
const organisation = uniqueName('org');

beforeAll(async () => {
  proxy = await FakeHttpServer.start();
  proxy.otherwise(({ headers }) => {
    const given = String(headers['proxy-authorization']).slice('Basic '.length);
    return { status: 202, body: `by the proxy, for ${Buffer.from(given, 'base64').toString()}` };
  });
  const address = proxy.url.replace('http://', `http://user:${encodeURIComponent(PASSWORD)}@`);
  const rules = [{ organisations: [organisation], proxy: address }];
  scene = await OutboundScene.open({ MILLRACE_HTTP_ROUTES: JSON.stringify(rules) });
}, 180_000);
afterAll(async () => {
  await scene?.close();
  await proxy?.stop();
});

test('events go through the proxy of the organisation, whose password is not recorded, and those of others straight away', async () => {
  const other = uniqueName('org');
  const [own, theirs] = [await scene.subscribe(organisation), await scene.subscribe(other)];
  scene.endpoints.on(`/${theirs}`, { status: 200, body: 'thanks' });
  const first = async (whose: string, id: string) => (await scene.recorded(whose, id))[0];
  for (const one of [organisation, other]) await scene.finish(one);
  await waitUntil('both records', async () => {
    const both = [await first(organisation, own), await first(other, theirs)];
    return both.every((one) => one?.status === 'delivered');
  });
  expect(proxy.calls.map(({ path }) => path)).toEqual([`${scene.endpoints.url}/${own}`]);
  expect(scene.endpoints.calls.map(({ path }) => path)).toEqual([`/${theirs}`]);
  expect((await first(organisation, own))?.attempt_log).toEqual([
    expect.objectContaining({ status_code: 202, response: 'by the proxy, for ••••' }),
  ]);
});
