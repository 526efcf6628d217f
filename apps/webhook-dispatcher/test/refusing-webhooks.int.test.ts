import { ListLastWebhookCalls, ReceiveWebhook, TestWebhook, type WebhookSnapshotValue } from '@millrace/contracts';
import { SIGNATURE_SCHEMES } from '../src/inbound/signature-schemes.js';
import { sharedMongo, uniqueName, type SharedServer } from '@millrace/testing';
import { call, DispatcherScene } from './dispatcher.fixture.js';

/* Triggers that refuse every call, whatever it has. */

let mongo: SharedServer;
let scene: DispatcherScene;
beforeAll(async () => {
  mongo = await sharedMongo();
  scene = await DispatcherScene.open({
    MILLRACE_MONGODB_URL: mongo.url,
    MILLRACE_MONGODB_DATABASE: uniqueName('refusing'),
  });
  await scene.app.listen();
});
afterAll(async () => {
  await scene.close();
  await mongo.stop();
});

type Requirements = Pick<WebhookSnapshotValue, 'required_headers' | 'signature'>;

/** An address with these requirements, by its name. */
async function addressWith(requirements: Requirements): Promise<string> {
  const name = uniqueName('n');
  await scene.address(name, requirements);
  return name;
}

const reasonsOf = async (name: string, organisation_id = `org_${name}`) => {
  const question = { organisation_id, webhook_ids: [`wh_${name}`, 'wh_nobody'] };
  const { refusing, impaired } = await scene.bus.request(ListLastWebhookCalls, question);
  return { refusing, impaired };
};
const NO_REASON = { refusing: {}, impaired: {} };

const refusalOf = (response: Promise<unknown>) =>
  response.then(
    () => null,
    (error: Error) => error.message,
  );
const sampleOf = (name: string) =>
  refusalOf(
    scene.bus.request(TestWebhook, {
      organisation_id: `org_${name}`,
      webhook_id: `wh_${name}`,
      body: '{}',
      received_at: new Date().toISOString(),
    }),
  );

const MISSING = '{{secrets.missing}}';

test.each([
  ['a secret that a header needs is missing', { required_headers: { 'X-Key': MISSING } }, { 'x-key': 'any' }],
  ['a header cannot be evaluated', { required_headers: { 'X-Key': '{{1 / 0}}' } }, { 'x-key': 'any' }],
  [
    'one of two cannot be worked out',
    { required_headers: { 'X-First': 'known', 'X-Key': MISSING } },
    { 'x-first': 'known', 'x-key': 'any' },
  ],
  [
    'the secret of its signature is missing',
    { signature: { scheme: 'hmac_sha256', secret: MISSING } },
    { 'x-webhook-signature': 'a'.repeat(64) },
  ],
  [
    'the secret of GitLab is missing',
    { signature: { scheme: 'gitlab', secret: MISSING, previous_secret: MISSING } },
    { 'x-gitlab-token': 'any' },
  ],
  ['its scheme is not known', { signature: { scheme: 'later', secret: 's' } }, {}],
])(
  'the list and a sample say why and which secret is missing, and a call says no name: %s',
  async (_, requirements, headers) => {
    const name = await addressWith(requirements);
    const received_at = new Date().toISOString();
    const refusal = await refusalOf(scene.bus.request(ReceiveWebhook, call(`wh_${name}`, { headers, received_at })));
    expect(refusal).toEqual(expect.stringContaining('This webhook requires'));
    expect(refusal).not.toContain('the call has');
    // Who calls learns no name.
    expect(refusal).not.toContain('missing');
    const isNamed = JSON.stringify(requirements).includes(MISSING);
    const reason = isNamed ? `${refusal}. The secret "missing" does not exist` : refusal;
    expect(await reasonsOf(name)).toEqual({ refusing: { [`wh_${name}`]: reason }, impaired: {} });
    expect(await sampleOf(name)).toBe(reason);
    // Nobody else learns of it.
    expect(await reasonsOf(name, 'org_other')).toEqual(NO_REASON);
  },
);

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

test.each<[string, Requirements]>([
  ['nothing is required', {}],
  ['headers are', { required_headers: { 'X-Key': 'k-1', 'X-Sum': '{{1 + 1}}' } }],
  ...Object.keys(SIGNATURE_SCHEMES).map((scheme): [string, Requirements] => [
    scheme,
    { signature: { scheme, secret: SECRET } },
  ]),
  ['the former secret is gone', { signature: { scheme: 'github', secret: SECRET, previous_secret: MISSING } }],
])('one that takes calls is not among them: %s', async (_, requirements) => {
  const name = await addressWith(requirements);
  expect(await reasonsOf(name)).toEqual(NO_REASON);
  expect(await sampleOf(name)).toBeNull();
});

test('one whose new secret is missing takes calls by the former one, and the list and a sample name what is missing', async () => {
  const signature = { scheme: 'gitlab', secret: MISSING, previous_secret: SECRET };
  const name = await addressWith({ signature });
  const headers = { 'x-gitlab-token': SECRET };
  expect(await refusalOf(scene.bus.request(ReceiveWebhook, call(`wh_${name}`, { headers })))).toBeNull();
  const reason = 'No call is taken by the "secret" of its "signature". The secret "missing" does not exist';
  expect(await reasonsOf(name)).toEqual({ refusing: {}, impaired: { [`wh_${name}`]: reason } });
  expect(await sampleOf(name)).toMatch(/another token there than the secret\. The secret "missing" does not exist$/);
});

const UNLIKE = 'whsec_no base64!';
const NO_BASE64 = 'With the scheme "standard_webhooks" what follows "whsec_" has to be base64';

test('a secret of Standard Webhooks that is no base64 refuses every call, and the list and a sample say so', async () => {
  const name = await addressWith({ signature: { scheme: 'standard_webhooks', secret: UNLIKE } });
  const reason = expect.stringMatching(new RegExp(`its secret can't be read; .*\\. ${NO_BASE64}$`));
  expect(await reasonsOf(name)).toEqual({ refusing: { [`wh_${name}`]: reason }, impaired: {} });
  expect(await sampleOf(name)).toEqual(reason);
});

test('beside a former secret that is one it impairs the webhook, and a sample says so', async () => {
  const signature = { scheme: 'standard_webhooks', secret: UNLIKE, previous_secret: SECRET };
  const name = await addressWith({ signature });
  const reason = `No call is taken by the "secret" of its "signature". ${NO_BASE64}`;
  expect(await reasonsOf(name)).toEqual({ refusing: {}, impaired: { [`wh_${name}`]: reason } });
  expect(await sampleOf(name)).toMatch(new RegExp(`\\. ${NO_BASE64}$`));
});

test('all secrets that are missing are named', async () => {
  const signature = { scheme: 'github', secret: '{{secrets.fresh}}', previous_secret: '{{secrets.before}}' };
  const name = await addressWith({ signature });
  const { refusing } = await reasonsOf(name);
  expect(refusing?.[`wh_${name}`]).toMatch(/can't be read.*\. The secrets "fresh" and "before" do not exist$/);
});
