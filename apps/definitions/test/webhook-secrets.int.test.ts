import { PutSecret, RotateWebhookSecret, SecretsSnapshot } from '@millrace/contracts';
import { Keyring, SecretReader } from '@millrace/service-kit/sealing';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { startReplicaWithKeys } from './master-keys.fixture.js';
import { webhookId, workflowCalls } from './workflow-calls.fixture.js';

const running = startReplicaWithKeys();
let organisation: string;
const calls = workflowCalls(() => ({ fixture: running.fixture, organisation_id: organisation }));
beforeEach(() => {
  organisation = uniqueName('org');
});

async function trigger(signature?: object): Promise<{ workflow_id: string; webhook_id: string }> {
  const workflow = await calls.create(aWorkflow({ trigger: { type: 'webhook', config: { signature } } }));
  return { workflow_id: workflow.id, webhook_id: webhookId(workflow.trigger) };
}
const signed = (scheme: string, secret = '{{secrets.key}}') => trigger({ scheme, secret });
const rotate = (address: object, more: { secret?: string; grace_seconds?: number } = {}) =>
  running.fixture.client.request(RotateWebhookSecret, {
    organisation_id: organisation,
    grace_seconds: 3_600,
    ...more,
    ...address,
  } as never);
const store = (value: string) =>
  running.fixture.client.request(PutSecret, { organisation_id: organisation, name: 'key', value });
/** What a service that has the keys reads. */
const reader = () => new SecretReader(running.fixture.client, new Keyring(running.keysFile));
const read = async () => ({
  now: (await reader().read(organisation, ['key']))['key'],
  former: (await reader().readFormer(organisation, ['key']))['key'],
});

test('a secret is made and stored; the one before is taken for a time, and nothing of either rests in clear text', async () => {
  const address = await signed('hmac_sha256');
  const first = await rotate(address);
  expect(first).toMatchObject({ ...address, secret_name: 'key', former_valid_until: null });
  expect(first.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await read()).toEqual({ now: first.secret, former: undefined });
  const second = await rotate(address);
  expect(await read()).toEqual({ now: second.secret, former: [first.secret] });
  expect(Date.parse(second.former_valid_until ?? '')).toBeGreaterThan(Date.now());
  // A rotation that was repeated ends none that is in use.
  const third = await rotate(address);
  expect(await read()).toEqual({ now: third.secret, former: [second.secret, first.secret] });
  const [fourth, fifth] = [await rotate(address), await rotate(address)];
  const former = [fourth, third, second].map(({ secret }) => secret);
  expect(await read()).toEqual({ now: fifth.secret, former });
  const documents = await running.fixture.mongo.collection('secrets').find({}).toArray();
  const snapshot = await running.fixture.client.snapshots.get(SecretsSnapshot, { organisation_id: organisation });
  for (const { secret } of [first, second, third, fourth, fifth])
    expect(JSON.stringify([documents, snapshot])).not.toContain(secret);
});

test('without a time of grace the secret before ends at once, and so does it when another value is stored', async () => {
  const address = await signed('github');
  await rotate(address);
  await rotate(address, { grace_seconds: 0 });
  expect((await read()).former).toBeUndefined();
  await rotate(address);
  expect((await read()).former).toBeDefined();
  await store('another value');
  expect(await read()).toEqual({ now: 'another value', former: undefined });
});

test('secrets before are read until their time is over, which another rotation may make shorter', async () => {
  const address = await signed('github');
  await rotate(address);
  await rotate(address);
  await rotate(address, { grace_seconds: 1 });
  await waitUntil('the end of its time', async () => (await read()).former === undefined);
});

test('a secret before goes from what is stored and published with the first change after its time', async () => {
  const address = await signed('github');
  await rotate(address);
  await rotate(address, { grace_seconds: 1 });
  const isKept = async () => {
    const stored = await running.fixture.mongo.collection('secrets').findOne({ organisation_id: organisation });
    const published = await running.fixture.client.snapshots.get(SecretsSnapshot, { organisation_id: organisation });
    const entries = stored?.['entries'] as { former?: object }[];
    return [entries.some(({ former }) => former !== undefined), Object.keys(published?.former ?? {}).length > 0];
  };
  expect(await isKept()).toEqual([true, true]);
  await waitUntil('the end of its time', async () => (await read()).former === undefined);
  const other = { organisation_id: organisation, name: 'other', value: 'another value' };
  await running.fixture.client.request(PutSecret, other);
  expect(await isKept()).toEqual([false, false]);
});

test('the secret has the form of its scheme, and is given where the sender makes it', async () => {
  expect((await rotate(await signed('standard_webhooks'))).secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  for (const scheme of ['stripe', 'slack', 'shopify']) {
    const address = await signed(scheme);
    await expect(rotate(address)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const given = await rotate(address, { secret: `whsec_of_${scheme}` });
    expect([given.secret, (await read()).now]).toEqual([`whsec_of_${scheme}`, `whsec_of_${scheme}`]);
  }
});

test('a trigger that names no secret alone has none to rotate', async () => {
  const none = [
    await trigger(),
    // Names that no secret can have.
    ...(await Promise.all(
      [`_${'a'.repeat(8)}`, 'a'.repeat(65)].map((name) => signed('github', `{{secrets.${name}}}`)),
    )),
    await signed('github', 'a{{secrets.key}}'),
    await signed('github', 'plain'),
  ];
  for (const address of none) await expect(rotate(address)).rejects.toMatchObject({ code: 'WEBHOOK_WITHOUT_SECRET' });
  await expect(rotate(await signed('github', 'plain'))).rejects.toThrow('Store it with PUT /v1/secrets/{name}');
  const address = await signed('github');
  const other = { ...address, webhook_id: `wh_${'a'.repeat(24)}` };
  await expect(rotate(other)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
});

test('a secret may be named in brackets, as names with a hyphen are', async () => {
  for (const secret of ['{{secrets["signing-key"]}}', "{{ secrets['signing-key'] }}"])
    expect(await rotate(await signed('github', secret))).toMatchObject({ secret_name: 'signing-key' });
});
