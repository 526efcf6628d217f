import { ListWebhookCalls, ReceiveWebhook, RunRequested, TestWebhook } from '@millrace/contracts';
import { sharedMongo, uniqueName, waitUntil, type SharedServer } from '@millrace/testing';
import { sampleHeaders } from '../src/inbound/sample-signatures.js';
import { call, DispatcherScene, type Call } from './dispatcher.fixture.js';

const SECRET = 'of the sender';
const SLACK = { signature: { scheme: 'slack', secret: SECRET } };
const CHALLENGE = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P';
const HANDSHAKE = JSON.stringify({ token: 'Jhj5dZrVaK7ZwHHjRyZWjbDl', challenge: CHALLENGE, type: 'url_verification' });

let mongo: SharedServer;
let scene: DispatcherScene;
beforeAll(async () => {
  mongo = await sharedMongo();
  scene = await DispatcherScene.open({
    MILLRACE_MONGODB_URL: mongo.url,
    MILLRACE_MONGODB_DATABASE: uniqueName('challenges'),
  });
  await scene.app.listen();
});
afterAll(async () => {
  await scene.close();
  await mongo.stop();
});

/** Signed as Slack signs it, or by whoever has `secret`. */
function signed(
  webhookId: string,
  body = HANDSHAKE,
  { scheme = 'slack', secret = SECRET, type = 'application/json' } = {},
): Call {
  const seconds = Date.parse(call('').received_at) / 1_000;
  const sample = { body: Buffer.from(body), secret, seconds, id: 'd-1' };
  return call(webhookId, { body, headers: { 'content-type': type, ...sampleHeaders({ scheme, secret }, sample) } });
}
const receive = (one: Call) => scene.bus.request(ReceiveWebhook, one);
const runsOf = async (workflowId: string) =>
  (await scene.bus.readFrom(RunRequested, 1, 500)).filter(({ payload }) => payload.workflow_id === workflowId);
const listed = (name: string) =>
  waitUntil('the call to be listed', async () => {
    const question = { organisation_id: `org_${name}`, webhook_id: `wh_${name}`, limit: 20 };
    const { calls } = await scene.bus.request(ListWebhookCalls, question);
    return calls.length > 0 ? calls : undefined;
  });

test.each(['active', 'draft', 'paused'] as const)(
  "Slack's handshake gets its challenge back and starts nothing: the workflow is %s",
  async (status) => {
    await scene.address(status, SLACK);
    await scene.workflow(`wf_${status}`, status, `org_${status}`);
    const answered = await receive(signed(`wh_${status}`));
    expect(answered).toMatchObject({ execution_id: '', duplicate: false, rate_limit: { remaining: 99_999 } });
    expect(answered.response).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: CHALLENGE,
    });
    expect(await runsOf(`wf_${status}`)).toEqual([]);
    const [shown] = await listed(status);
    expect(shown).toMatchObject({ verdict: 'challenge', status: 200, code: null, execution_id: null });
    expect(JSON.stringify(shown)).not.toContain(CHALLENGE);
  },
);

test('a handshake that somebody else has signed is refused, and does not get its challenge', async () => {
  await scene.address('forged', SLACK);
  const forged = receive(signed('wh_forged', HANDSHAKE, { secret: 'guessed' }));
  await expect(forged).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  const unsigned = receive(call('wh_forged', { body: HANDSHAKE }));
  await expect(unsigned).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});

test.each([
  ['an event', JSON.stringify({ type: 'event_callback', challenge: CHALLENGE })],
  ['a challenge that is no text', JSON.stringify({ type: 'url_verification', challenge: { a: 1 } })],
  ['a handshake without a challenge', JSON.stringify({ type: 'url_verification' })],
  ['one that is too large', JSON.stringify({ type: 'url_verification', challenge: 'x'.repeat(9_000) })],
])('%s starts an execution', async (what, body) => {
  const name = what.replaceAll(' ', '_');
  await scene.address(name, SLACK);
  const answered = await receive(signed(`wh_${name}`, body));
  expect(answered.response).toBeUndefined();
  expect(await scene.bus.lastOnSubject(RunRequested, answered)).not.toBeNull();
});

test('what Slack sends as a form is no handshake, whatever is in it', async () => {
  await scene.address('form', SLACK);
  const form = { type: 'application/x-www-form-urlencoded' };
  expect((await receive(signed('wh_form', HANDSHAKE, form))).response).toBeUndefined();
});

test('another sender has no such handshake', async () => {
  await scene.address('github', { signature: { scheme: 'github', secret: SECRET } });
  await scene.address('plain');
  expect((await receive(signed('wh_github', HANDSHAKE, { scheme: 'github' }))).response).toBeUndefined();
  expect((await receive(call('wh_plain', { body: HANDSHAKE }))).response).toBeUndefined();
});

test('a sample that is a handshake says that it starts nothing', async () => {
  await scene.address('sampled', SLACK);
  const of = { organisation_id: 'org_sampled', webhook_id: 'wh_sampled' };
  const sample = scene.bus.request(TestWebhook, { ...of, body: HANDSHAKE, received_at: new Date().toISOString() });
  await expect(sample).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(await runsOf('wf_sampled')).toEqual([]);
});
