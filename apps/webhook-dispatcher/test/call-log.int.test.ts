import {
  LIMITS,
  ListLastWebhookCalls,
  ListWebhookCalls,
  ReceiveWebhook,
  TestWebhook,
  RunRequested,
  newIdDigits,
  type WebhookCall,
} from '@millrace/contracts';
import { registry } from '@millrace/service-kit/metrics';
import { samplesOf, sharedMongo, sumOf, uniqueName, waitUntil, type SharedServer } from '@millrace/testing';
import { CallLog } from '../src/inbound/call-log.js';
import { WebhookCallsRepository } from '../src/inbound/webhook-calls.repository.js';
import type { WebhookCallRecord } from '../src/inbound/webhook-call.schema.js';
import { SecretReader } from '@millrace/service-kit/sealing';
import { call, DispatcherScene } from './dispatcher.fixture.js';

const SECRET = 'correct-horse-battery-staple';
const SIGNED = { signature: { scheme: 'standard_webhooks', secret: '{{secrets.key}}' } };

let mongo: SharedServer;
let scene: DispatcherScene;
beforeAll(async () => {
  mongo = await sharedMongo();
  scene = await DispatcherScene.open({
    MILLRACE_MONGODB_URL: mongo.url,
    MILLRACE_MONGODB_DATABASE: uniqueName('calls'),
  });
  jest.spyOn(scene.app.get(SecretReader), 'read').mockResolvedValue({ key: SECRET });
  await scene.app.listen();
});
afterAll(async () => {
  await scene.close();
  await mongo.stop();
});

const receive = (webhook: string, more: Parameters<typeof call>[1] = {}) =>
  scene.bus.request(ReceiveWebhook, call(webhook, more));
const list = (name: string, more: object = {}) =>
  scene.bus.request(ListWebhookCalls, {
    organisation_id: `org_${name}`,
    webhook_id: `wh_${name}`,
    limit: 20,
    ...more,
  });

function untilListed(name: string, count: number): Promise<WebhookCall[]> {
  return waitUntil(`${count} calls`, async () => {
    const { calls } = await list(name);
    return calls.length >= count ? calls : undefined;
  });
}

test('what became of a call is listed, with nothing of what it carried', async () => {
  await scene.address('listed', { required_headers: { 'X-Key': 'k-1' } });
  const headers = { 'x-key': 'k-1', 'content-type': 'application/json', 'idempotency-key': 'd-1' };
  const first = await receive('wh_listed', { headers, request_id: 'req_1' });
  await receive('wh_listed', { headers });
  await expect(receive('wh_listed', { headers: { 'x-key': 'gue55ed' } })).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
  });
  const calls = await untilListed('listed', 3);
  expect(calls).toMatchObject([
    { verdict: 'refused', status: 401, code: 'UNAUTHORIZED', execution_id: null },
    { verdict: 'duplicate', status: 202, code: null, execution_id: first.execution_id },
    { verdict: 'accepted', status: 202, execution_id: first.execution_id, request_id: 'req_1', method: 'POST' },
  ]);
  expect(calls[0]?.message).toContain('X-Key');
  expect(JSON.stringify(calls)).not.toMatch(/gue55ed|k-1|d-1/);

  expect((await list('listed', { verdict: 'refused' })).calls).toEqual([calls[0]]);
  const page = await list('listed', { limit: 2 });
  expect(page).toMatchObject({ has_more: true, next_cursor: calls[1]?.id });
  const rest = await list('listed', { limit: 2, starting_after: calls[1]?.id });
  expect([...page.calls, ...rest.calls]).toEqual(calls);
});

test('when addresses were last called is known of those of the organisation, refused calls too', async () => {
  await scene.address('last', { required_headers: { 'X-Key': 'k-1' } });
  await scene.address('uncalled');
  await receive('wh_last', { headers: { 'x-key': 'k-1' } });
  await expect(receive('wh_last', { headers: {} })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  const [newest] = await untilListed('last', 2);
  const ids = ['wh_last', 'wh_uncalled'];
  const last = (organisation_id: string) =>
    scene.bus.request(ListLastWebhookCalls, { organisation_id, webhook_ids: ids });
  expect(await last('org_last')).toEqual({ last: { wh_last: newest?.at }, refusing: {}, impaired: {} });
  expect(newest?.verdict).toBe('refused');
  expect(await last('org_other')).toEqual({ last: {}, refusing: {}, impaired: {} });
});

test('a body that is no JSON is quoted to its caller, and not in the list', async () => {
  await scene.address('broken');
  const body = '{"card": 4, "cvv": s3cret123}';
  await expect(receive('wh_broken', { body })).rejects.toThrow('s3cret123');
  const [refused] = await untilListed('broken', 1);
  expect(refused).toMatchObject({
    verdict: 'refused',
    code: 'INVALID_JSON',
    message: 'The request body is not valid JSON',
  });
  expect(JSON.stringify(refused)).not.toContain('s3cret123');
});

test('nobody sees the calls of another organisation, nor sends samples to its addresses', async () => {
  await scene.address('mine');
  await receive('wh_mine');
  await untilListed('mine', 1);
  for (const webhook_id of ['wh_mine', 'wh_nobody']) {
    const theirs = { organisation_id: 'org_other', webhook_id };
    await expect(scene.bus.request(ListWebhookCalls, { ...theirs, limit: 20 })).rejects.toMatchObject({
      code: 'WEBHOOK_NOT_FOUND',
      details: { webhook_id },
    });
    const sample = { ...theirs, body: '{}', received_at: new Date().toISOString() };
    await expect(scene.bus.request(TestWebhook, sample)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
  }
});

test('a sample is signed, passes the check of all calls, starts an execution and is listed', async () => {
  await scene.address('sampled', { ...SIGNED, required_headers: { 'X-Key': '{{secrets.key}}' } });
  const received_at = new Date().toISOString();
  const question = { organisation_id: 'org_sampled', webhook_id: 'wh_sampled', body: '{"order":4711}', received_at };
  const accepted = await scene.bus.request(TestWebhook, question);
  const runs = await scene.bus.readFrom(RunRequested, 1, 500);
  const run = runs.find(({ payload }) => payload.execution_id === accepted.execution_id);
  expect(run?.payload).toMatchObject({ workflow_id: 'wf_sampled', input: { order: 4711 } });
  expect(JSON.stringify(run?.payload)).not.toContain(SECRET);
  const [listed] = await untilListed('sampled', 1);
  expect(listed).toMatchObject({ verdict: 'accepted', execution_id: accepted.execution_id });
});

test('a sample has the headers and the query that are given, and is marked in the list of calls', async () => {
  await scene.address('given', SIGNED);
  const question = {
    organisation_id: 'org_given',
    webhook_id: 'wh_given',
    body: '{"order":4711}',
    headers: { 'X-GitHub-Event': 'push' },
    query: { shop: '3', tag: ['a', 'b'] },
    received_at: new Date().toISOString(),
  };
  const { execution_id } = await scene.bus.request(TestWebhook, question);
  const runs = await scene.bus.readFrom(RunRequested, 1, 500);
  const run = runs.find(({ payload }) => payload.execution_id === execution_id);
  expect(run?.payload.trigger).toMatchObject({
    headers: { 'x-github-event': 'push', 'content-type': 'application/json' },
    query: { shop: '3', tag: ['a', 'b'] },
  });
  await expect(receive('wh_given', { headers: {} })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  const listed = await untilListed('given', 2);
  expect(listed.map(({ verdict, sample }) => [verdict, sample])).toEqual([
    ['refused', false],
    ['accepted', true],
  ]);
});

test.each(['Webhook-Signature', 'webhook-id', 'content-type', 'X-Key', 'Transfer-Encoding', 'Host'])(
  'a sample is not made with a header that is not for who tests: %s',
  async (header) => {
    const name = `refused-${header.toLowerCase()}`;
    await scene.address(name, { ...SIGNED, required_headers: { 'x-key': 'k-1' } });
    const of = { organisation_id: `org_${name}`, webhook_id: `wh_${name}`, body: '{}' };
    const question = { ...of, headers: { [header]: 'other' }, received_at: new Date().toISOString() };
    await expect(scene.bus.request(TestWebhook, question)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [expect.objectContaining({ path: `headers.${header}` })] },
    });
  },
);

test.each([
  ['named', { ...SIGNED, required_headers: { 'X-Key': '{{secrets.key}}' } }],
  ['unnamed', {}],
])(
  'a sample that is sent again under the same key, since a gateway died, starts one execution: %s',
  async (name, more) => {
    await scene.address(name, more);
    const write = { id: newIdDigits(), seed: 's'.repeat(43) };
    const send = (again: boolean) => {
      const sample = { organisation_id: `org_${name}`, webhook_id: `wh_${name}`, body: '{}' };
      const received_at = new Date().toISOString();
      return scene.bus.request(TestWebhook, { ...sample, received_at }, { write: { ...write, again } });
    };
    const { execution_id } = await send(false);
    expect((await send(true)).execution_id).toBe(execution_id);
    const runs = await scene.bus.readFrom(RunRequested, 1, 500);
    expect(runs.filter(({ payload }) => payload.workflow_id === `wf_${name}`)).toHaveLength(1);
  },
);

test('a former address takes calls until its time is over', async () => {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  await scene.address('former', { valid_until: at(3_600_000) });
  await scene.address('ended', { valid_until: at(-1) });
  await expect(receive('wh_former')).resolves.toMatchObject({ workflow_id: 'wf_former' });
  await expect(receive('wh_ended')).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
});

describe('what is kept', () => {
  const DAY = 24 * 60 * 60 * 1_000;
  const records = () => scene.app.get(WebhookCallsRepository);
  const record = (n: number, more: Partial<WebhookCallRecord> = {}): WebhookCallRecord => ({
    _id: `whc_${String(n).padStart(26, '0')}`,
    organisation_id: 'org_kept',
    webhook_id: 'wh_kept',
    at: new Date(),
    method: 'POST',
    verdict: 'accepted',
    status: 202,
    code: null,
    message: null,
    execution_id: null,
    request_id: null,
    ...more,
  });

  test('is what is not old, and no more than there should be of an address', async () => {
    await records().insert([
      record(1, { at: new Date(Date.now() - 8 * DAY) }),
      ...Array.from({ length: 9 }, (_, n) => record(n + 2)),
      record(50, { webhook_id: 'wh_another' }),
    ]);
    // As after an answer that got lost.
    await records().insert([record(2), record(11)]);
    const ids = async () =>
      (await records().list({ organisation_id: 'org_kept', webhook_id: 'wh_kept', limit: 100 })).calls.map(({ id }) =>
        Number(id.slice(4)),
      );
    expect(await ids()).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    await records().prune(Date.now());
    expect(await ids()).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    await records().pruneOf({ organisation_id: 'org_kept', webhook_id: 'wh_kept' }, 3);
    expect(await ids()).toEqual([11, 10, 9]);
    const other = { organisation_id: 'org_kept', webhook_id: 'wh_another', limit: 100 };
    expect((await records().list(other)).calls).toHaveLength(1);
    await records().pruneOf({ organisation_id: 'org_kept' }, 2);
    expect(await ids()).toEqual([11]);
  });

  test('is cut while calls come in', async () => {
    const pruned = jest.spyOn(records(), 'pruneOf').mockResolvedValue();
    const log = scene.app.get(CallLog);
    const { _id, at: _at, ...noted } = record(1, { organisation_id: 'org_cut', webhook_id: 'wh_cut' });
    for (let n = 0; n < 1_010; n++) log.note(noted);
    await waitUntil('both owners to be cut twice', () => pruned.mock.calls.length >= 6);
    const each = [
      [{ organisation_id: 'org_cut', webhook_id: 'wh_cut', verdict: 'refused' }, 200],
      [{ organisation_id: 'org_cut', webhook_id: 'wh_cut' }, 1_000],
      [{ organisation_id: 'org_cut' }, 20_000],
    ];
    expect(pruned.mock.calls.slice(0, 6)).toEqual([...each, ...each]);
    pruned.mockRestore();
  });

  test('is not pushed out by calls that are refused, however many come', async () => {
    await scene.address('flooded');
    const log = scene.app.get(CallLog);
    const owner = { organisation_id: 'org_flooded', webhook_id: 'wh_flooded' };
    const { _id, at: _at, ...noted } = record(1, owner);
    const count = (verdict: 'accepted' | 'refused') => records().model.countDocuments({ ...owner, verdict });
    for (let n = 0; n < 300; n++) log.note(noted);
    await waitUntil('them to be written', async () => (await count('accepted')) === 300);
    for (let n = 0; n < 1_300; n++) log.note({ ...noted, verdict: 'refused', status: 401, code: 'UNAUTHORIZED' });
    await log.write();
    expect(await count('accepted')).toBe(300);
    // Cut at every five hundredth call, so at the last hundred not any more.
    expect(await count('refused')).toBeLessThanOrEqual(LIMITS.webhookCallsRefusedKept + 500);
  });

  test('while the database is away calls wait, and are listed when it is back', async () => {
    const insert = jest.spyOn(records(), 'insert').mockRejectedValue(new Error('The database is away'));
    await scene.address('waiting');
    await expect(receive('wh_waiting')).resolves.toMatchObject({ workflow_id: 'wf_waiting' });
    await waitUntil('an attempt', () => insert.mock.calls.length > 0);
    expect((await list('waiting')).calls).toEqual([]);
    insert.mockRestore();
    await untilListed('waiting', 1);
  });

  test('what there is no room for is counted', async () => {
    const unlisted = async () => sumOf(samplesOf(await registry.metrics()), 'millrace_webhook_calls_unlisted_total');
    const before = await unlisted();
    const insert = jest.spyOn(records(), 'insert').mockRejectedValue(new Error('The database is away'));
    const { _id, at: _at, ...refused } = record(1, { organisation_id: 'org_flood', verdict: 'refused', status: 401 });
    for (let count = 0; count < LIMITS.webhookCallsWaitingOfOrganisation + 3; count++)
      scene.app.get(CallLog).note(refused);
    expect(await unlisted()).toBe(before + 3);
    insert.mockRestore();
  });
});
