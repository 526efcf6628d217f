import { ListWebhooks, RotateWebhookUrl, WebhookSnapshot } from '@millrace/contracts';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';
import { webhookId, workflowCalls } from './workflow-calls.fixture.js';

const HOUR = 3_600;
const SIGNED = { signature: { scheme: 'github', secret: '{{secrets.key}}' } };

let fixture: Fixture;
let organisation: string;
const calls = workflowCalls(() => ({ fixture, organisation_id: organisation }));

beforeAll(async () => {
  fixture = await openFixture();
  await fixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => {
  organisation = uniqueName('org');
});

const list = async (workflow_id: string) =>
  (await fixture.client.request(ListWebhooks, { organisation_id: organisation, workflow_id })).webhooks;
const rotate = (workflow_id: string, webhook_id: string, grace_seconds = HOUR) =>
  fixture.client.request(RotateWebhookUrl, { organisation_id: organisation, workflow_id, webhook_id, grace_seconds });
const published = (webhook_id: string) => fixture.client.snapshots.get(WebhookSnapshot, { webhook_id });
const endpoints = (workflow_id: string) =>
  fixture.mongo.collection('webhook_endpoints').countDocuments({ workflow_id });

const twoTriggers = () =>
  calls.create(
    aWorkflow({
      trigger: undefined,
      triggers: [
        { type: 'webhook', config: { method: 'GET' } },
        { type: 'webhook', config: SIGNED },
      ],
    }),
  );

test('addresses are listed in the order of the triggers', async () => {
  const workflow = await twoTriggers();
  const ids = (workflow.triggers as unknown[]).map(webhookId);
  const url = (id?: string) => `https://millrace.test/v1/webhooks/${id}`;
  expect(await list(workflow.id)).toEqual([
    { id: ids[0], workflow_id: workflow.id, index: 0, url: url(ids[0]), method: 'GET', signature: null, former: [] },
    {
      id: ids[1],
      workflow_id: workflow.id,
      index: 1,
      url: url(ids[1]),
      method: 'POST',
      signature: 'github',
      former: [],
    },
  ]);
});

test('a new address takes the place of one; the former one is valid for a time, with the checks of the trigger', async () => {
  const workflow = await twoTriggers();
  const [other, former] = (workflow.triggers as unknown[]).map(webhookId) as [string, string];
  const rotated = await rotate(workflow.id, former);
  expect(rotated).toMatchObject({ index: 1, former: [{ id: former }] });
  expect(rotated.id).not.toBe(former);
  const ends = Date.parse(rotated.former[0]?.valid_until ?? '');
  expect(Math.abs(ends - Date.now() - HOUR * 1_000)).toBeLessThan(60_000);
  expect(await published(rotated.id)).not.toHaveProperty('valid_until');
  expect(await published(former)).toMatchObject({
    workflow_id: workflow.id,
    ...SIGNED,
    valid_until: new Date(ends).toISOString(),
  });

  const now = await calls.get(workflow.id);
  expect((now.triggers as unknown[]).map(webhookId)).toEqual([other, rotated.id]);
  expect(now.version).toBe(1);
  // A change of the workflow keeps both, and checks calls to both by what it says now.
  const signature = { ...SIGNED.signature, secret: '{{secrets.other}}' };
  await calls.update(workflow.id, { triggers: [{ type: 'webhook' }, { type: 'webhook', config: { signature } }] });
  expect((await list(workflow.id))[1]).toMatchObject({ id: rotated.id, former: [{ id: former }] });
  expect(await published(former)).toMatchObject({ signature, valid_until: new Date(ends).toISOString() });
});

test('without a grace the former address ends at once, and no trigger ever gets it again', async () => {
  const { id } = await calls.create(aWorkflow());
  const [first] = await list(id);
  const rotated = await rotate(id, first?.id ?? '', 0);
  expect(rotated.former).toEqual([]);
  expect(await published(first?.id ?? '')).toBeNull();
  await calls.update(id, {
    trigger: undefined,
    triggers: [{ type: 'webhook' }, { type: 'webhook', config: { method: 'PUT' } }],
  });
  const ids = (await list(id)).map((one) => one.id);
  expect(ids).toHaveLength(2);
  expect(ids).not.toContain(first?.id);
});

test('without a grace all former addresses end, and with one none is valid for longer than that', async () => {
  const { id } = await calls.create(aWorkflow());
  const [first = ''] = (await list(id)).map((one) => one.id);
  const second = await rotate(id, first, 24 * HOUR);
  const third = await rotate(id, second.id, HOUR);
  expect(third.former.map((one) => one.id)).toEqual([second.id, first]);
  const [latest, earlier] = third.former.map(({ valid_until }) => valid_until);
  expect(earlier).toBe(latest);
  expect(await published(first)).toMatchObject({ valid_until: latest });
  const fourth = await rotate(id, third.id, 0);
  expect(fourth.former).toEqual([]);
  expect(await Promise.all([first, second.id, third.id].map(published))).toEqual([null, null, null]);
  expect(await published(fourth.id)).not.toBeNull();
});

test('a spare address that was replaced is not given to a trigger that comes back', async () => {
  const { id } = await calls.create(aWorkflow());
  const [first] = await list(id);
  const rotated = await rotate(id, first?.id ?? '');
  await calls.update(id, {
    trigger: undefined,
    triggers: [{ type: 'webhook' }, { type: 'webhook', config: { method: 'PUT' } }],
  });
  const ids = (await list(id)).map((one) => one.id);
  expect(ids).toContain(rotated.id);
  expect(ids).not.toContain(first?.id);
});

test('however often it is replaced, few former addresses stay', async () => {
  const { id } = await calls.create(aWorkflow());
  const all = [(await list(id))[0]?.id ?? ''];
  for (let n = 0; n < 5; n++) all.push((await rotate(id, all.at(-1) ?? '')).id);
  const [now] = await list(id);
  expect(now?.former.map((one) => one.id)).toEqual(all.slice(2, 5).reverse());
  expect(await Promise.all(all.map(async (each) => (await published(each)) !== null))).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
});

test('a snapshot that a slow publication puts back after a rotation goes with the next change', async () => {
  const { id } = await calls.create(aWorkflow());
  const [first] = await list(id);
  const webhook_id = first?.id ?? '';
  const before = await published(webhook_id);
  if (before === null) throw new Error('The address is not published');
  const second = await rotate(id, webhook_id, 0);
  await rotate(id, second.id, 0);
  // As a replica does that read the workflow before it was rotated.
  await fixture.client.snapshots.put(WebhookSnapshot, { webhook_id }, before);
  await calls.update(id, { name: 'Changed' });
  expect(await published(webhook_id)).toBeNull();
});

test('retired addresses are forgotten after a day, and all but the newest before', async () => {
  const { id } = await calls.create(aWorkflow());
  const rows = fixture.mongo.collection<{ _id: string; retired_at?: Date }>('webhook_endpoints');
  const [first] = await list(id);
  const second = await rotate(id, first?.id ?? '', 0);
  await rows.updateOne(
    { _id: first?.id ?? '' },
    { $set: { retired_at: new Date(Date.now() - 2 * 24 * HOUR * 1_000) } },
  );
  const third = await rotate(id, second.id, 0);
  const left = async () => (await rows.find({ workflow_id: id } as object).toArray()).map(({ _id }) => _id);
  expect(new Set(await left())).toEqual(new Set([second.id, third.id]));

  const retired = Array.from({ length: 105 }, (_, n) => ({
    _id: `wh_${uniqueName('old')}`,
    organisation_id: organisation,
    workflow_id: id,
    created_at: new Date(),
    retired_at: new Date(Date.now() - (n + 1) * 1_000),
  }));
  await rows.insertMany(retired);
  const fourth = await rotate(id, third.id, 0);
  const now = await left();
  expect(now).toHaveLength(101);
  expect(now).toEqual(expect.arrayContaining([fourth.id, third.id, retired[0]?._id]));
  expect(now).not.toContain(retired.at(-1)?._id);
});

test('what is not an address of the workflow now is not found, and makes none', async () => {
  const { id } = await calls.create(aWorkflow());
  const [first] = await list(id);
  await rotate(id, first?.id ?? '');
  const before = await endpoints(id);
  for (const webhook_id of [first?.id ?? '', 'wh_aaaaaaaaaaaaaaaaaaaaaaaa'])
    await expect(rotate(id, webhook_id)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND', details: { webhook_id } });
  expect(await endpoints(id)).toBe(before);
  await calls.remove(id);
  await expect(list(id)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
});

test('a required header is text to who checks it, whatever its value is written as', async () => {
  const headers = { 'X-Version': 2, 'X-Live': true, 'X-Topic': 'orders' };
  const workflow = await calls.create(aWorkflow({ trigger: { type: 'webhook', config: { headers } } }));
  const required_headers = { 'X-Version': '2', 'X-Live': 'true', 'X-Topic': 'orders' };
  expect(await published(webhookId(workflow.trigger) ?? '')).toMatchObject({ required_headers });
  expect(workflow.trigger).toMatchObject({ config: { headers } });
});
