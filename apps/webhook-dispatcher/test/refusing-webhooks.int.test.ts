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

const reasonOf = async (name: string, organisation_id = `org_${name}`) =>
  (await scene.bus.request(ListLastWebhookCalls, { organisation_id, webhook_ids: [`wh_${name}`, 'wh_nobody'] }))
    .refusing;

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
])('the list says why, and a sample as a call gets it: %s', async (_, requirements, headers) => {
  const name = await addressWith(requirements);
  const received_at = new Date().toISOString();
  const refusal = await refusalOf(scene.bus.request(ReceiveWebhook, call(`wh_${name}`, { headers, received_at })));
  expect(refusal).toEqual(expect.stringContaining('This webhook requires'));
  expect(refusal).not.toContain('the call has');
  expect(await reasonOf(name)).toEqual({ [`wh_${name}`]: refusal });
  expect(await sampleOf(name)).toBe(refusal);
  // Nobody else learns of it.
  expect(await reasonOf(name, 'org_other')).toEqual({});
});

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

test.each<[string, Requirements]>([
  ['nothing is required', {}],
  ['headers are', { required_headers: { 'X-Key': 'k-1', 'X-Sum': '{{1 + 1}}' } }],
  ...Object.keys(SIGNATURE_SCHEMES).map((scheme): [string, Requirements] => [
    scheme,
    { signature: { scheme, secret: SECRET } },
  ]),
  ['only the former secret is there', { signature: { scheme: 'github', secret: MISSING, previous_secret: SECRET } }],
])('one that takes calls is not among them: %s', async (_, requirements) => {
  const name = await addressWith(requirements);
  expect(await reasonOf(name)).toEqual({});
  expect(await sampleOf(name)).toBeNull();
});
