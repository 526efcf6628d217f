import { createHmac } from 'node:crypto';
import { LIMITS, RunRequested, type AppError } from '@millrace/contracts';
import { Deliveries } from '../src/inbound/deliveries.js';
import { InboundService } from '../src/inbound/inbound.service.js';
import { call, DispatcherScene, type Call } from './dispatcher.fixture.js';

const KEY = 'of the sender';

let scene: DispatcherScene;
let inbound: InboundService;

beforeAll(async () => {
  scene = await DispatcherScene.open();
  inbound = scene.app.get(InboundService);
});
afterAll(() => scene.close());

const json = { 'content-type': 'application/json' };

function signed(webhookId: string, body: string, headers: Record<string, string> = {}): Call {
  const signature = createHmac('sha256', KEY).update(body).digest('hex');
  return call(webhookId, { body, headers: { ...json, 'x-hub-signature-256': `sha256=${signature}`, ...headers } });
}

const starts = async (...calls: Call[]) => {
  const ids: string[] = [];
  for (const one of calls) ids.push((await inbound.receive(one)).execution_id);
  return ids;
};

describe('a signed webhook', () => {
  it('starts nothing without its signature, counts nothing of the organisation, and lets a signed call in', async () => {
    await scene.address('signed', { signature: { scheme: 'github', secret: KEY } });
    const refused = { code: 'UNAUTHORIZED' };
    await expect(inbound.receive(call('wh_signed'))).rejects.toMatchObject(refused);
    await expect(inbound.admit(call('wh_signed'))).rejects.toMatchObject(refused);
    const other = signed('wh_signed', '{"a":1}');
    const changed = { ...other, body_base64: Buffer.from('{"a":2}').toString('base64') };
    await expect(inbound.receive(changed)).rejects.toMatchObject(refused);
    // A broken body shows that it is decoded after the check.
    await expect(inbound.receive(call('wh_signed', { body: '{', headers: other.headers }))).rejects.toMatchObject(
      refused,
    );
    const accepted = await inbound.receive(other);
    expect(accepted.rate_limit?.remaining).toBe(99_999);
    const stored = await scene.bus.lastOnSubject(RunRequested, accepted);
    expect(stored?.payload.input).toEqual({ a: 1 });
    expect(JSON.stringify(stored?.payload)).not.toContain('sha256=');
  });

  it('without a body has no input from its query, which nobody signs', async () => {
    await scene.address('bare', { signature: { scheme: 'github', secret: KEY } });
    const accepted = await inbound.receive({ ...signed('wh_bare', ''), query: { a: 'forged' } });
    expect((await scene.bus.lastOnSubject(RunRequested, accepted))?.payload.input).toEqual({});
  });

  it('hides the header that the trigger names for it from the execution', async () => {
    await scene.address('named', { signature: { scheme: 'gitlab', secret: KEY, header: 'X-Plain-Name' } });
    const accepted = await inbound.receive(call('wh_named', { headers: { ...json, 'x-plain-name': KEY } }));
    const stored = await scene.bus.lastOnSubject(RunRequested, accepted);
    expect(JSON.stringify(stored?.payload)).not.toContain(KEY);
  });
});

describe('a delivery that comes twice', () => {
  it('starts one execution and gets the first answer, whatever arrives meanwhile', async () => {
    await scene.address('github', { signature: { scheme: 'github', secret: KEY } });
    const delivery = () => signed('wh_github', '{"a":1}', { 'x-github-delivery': 'd-1' });
    const first = await inbound.receive(delivery());
    expect(first.duplicate).toBe(false);
    const again = await inbound.receive({ ...delivery(), received_at: '2026-11-25T01:30:00.000Z' });
    expect(again).toMatchObject({ duplicate: true, execution_id: first.execution_id, started_at: first.started_at });
    const other = await inbound.receive(signed('wh_github', '{"a":1}', { 'x-github-delivery': 'd-2' }));
    expect(other.execution_id).not.toBe(first.execution_id);
  });

  it('is refused when its signature is wrong, and says nothing of the execution that the first one has started', async () => {
    await scene.address('forged', { signature: { scheme: 'github', secret: KEY } });
    const delivery = { 'x-github-delivery': 'd-1' };
    const first = await inbound.receive(signed('wh_forged', '{"a":1}', delivery));
    const forged = signed('wh_forged', '{"a":1}', { ...delivery, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` });
    const refusal = await inbound.receive(forged).then(
      () => null,
      (error: unknown) => error as AppError,
    );
    expect(refusal).toMatchObject({ code: 'UNAUTHORIZED', details: { header: 'x-hub-signature-256' } });
    expect(JSON.stringify([refusal?.message, refusal?.details])).not.toContain(first.execution_id);
  });

  it('is none under the id of another body, where the id is not signed', async () => {
    await scene.address('mixed', { signature: { scheme: 'github', secret: KEY } });
    const [one, other] = await starts(
      signed('wh_mixed', '{"a":1}', { 'x-github-delivery': 'd-1' }),
      signed('wh_mixed', '{"a":2}', { 'x-github-delivery': 'd-1' }),
    );
    expect(other).not.toBe(one);
  });

  it('is recognised by the key that GitLab keeps, not by the id of an attempt', async () => {
    await scene.address('gitlab', { signature: { scheme: 'gitlab', secret: KEY } });
    const attempt = (uuid: string, key: string) =>
      call('wh_gitlab', {
        headers: { ...json, 'x-gitlab-token': KEY, 'x-gitlab-event-uuid': uuid, 'idempotency-key': key },
      });
    const [one, again, other] = await starts(attempt('u-1', 'k-1'), attempt('u-2', 'k-1'), attempt('u-1', 'k-2'));
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it('is not taken for one that shares its name and carries something else, which starts nothing either', async () => {
    await scene.address('guessed', { dedupe_key: '{{input.order}}', respond: 'wait' });
    const order = (more: object, query: Record<string, string> = {}) =>
      call('wh_guessed', { body: JSON.stringify({ order: '4711', ...more }), headers: json, query });
    const first = await inbound.receive(order({ iban: 'GB33' }));
    expect(first.differs).toBeUndefined();
    const repetition = { duplicate: true, execution_id: first.execution_id };
    const again = await inbound.receive(order({ iban: 'GB33' }));
    expect(again).toMatchObject(repetition);
    expect(again.differs).toBeUndefined();
    for (const other of [order({}), order({ iban: 'GB33' }, { a: '1' })])
      expect(await inbound.receive(other)).toMatchObject({ ...repetition, differs: true });
  });

  it('of which a version before has noted no content is not taken for the same', async () => {
    await scene.address('before');
    const named = call('wh_before', { headers: { ...json, 'webhook-id': 'm-1' } });
    const write = jest.spyOn(scene.bus.records, 'write');
    const first = await inbound.receive(named);
    const [definition, address, value] = write.mock.calls[0] ?? [];
    write.mockRestore();
    if (definition === undefined || address === undefined) throw new Error('Nothing was recorded');
    const revision = (await scene.bus.records.read(definition, address))?.revision ?? 0;
    await scene.bus.records.write(definition, address, { ...(value as object), fingerprint: 'webhook' }, revision);
    expect(await inbound.receive(named)).toMatchObject({ execution_id: first.execution_id, differs: true });
  });

  it('of a body that cannot be read uses up no key', async () => {
    await scene.address('unread');
    const headers = { ...json, 'webhook-id': 'm-1' };
    await expect(inbound.receive(call('wh_unread', { body: '{', headers }))).rejects.toMatchObject({
      code: 'INVALID_JSON',
    });
    expect((await scene.bus.records.counts('org_unread')).own).toBe(0);
  });

  it('fifty times at once starts one execution', async () => {
    await scene.address('crowd');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        inbound.receive(call('wh_crowd', { headers: { ...json, 'webhook-id': 'm-1' } })),
      ),
    );
    expect(new Set(answers.map(({ execution_id }) => execution_id)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate).length).toBeLessThanOrEqual(1);
  });

  it('is recognised by what the sender calls it, at each address and for each organisation by itself', async () => {
    await Promise.all([scene.address('one'), scene.address('two')]);
    await scene.webhook('wh_beside', 'wf_one', { organisation_id: 'org_one' });
    const headers = { ...json, 'idempotency-key': 'k-1' };
    const named = { ...json, 'webhook-id': 'k-1' };
    const ids = await starts(
      call('wh_one', { headers }),
      call('wh_two', { headers }),
      call('wh_beside', { headers }),
      call('wh_one', { headers: named }),
      call('wh_one', { headers }),
    );
    expect(new Set(ids.slice(0, 4)).size).toBe(4);
    expect(ids[4]).toBe(ids[0]);
  });

  it("is recognised by the id in Stripe's event", async () => {
    await scene.address('stripe', { signature: { scheme: 'stripe', secret: KEY } });
    const at = Date.parse(call('').received_at) / 1_000;
    const event = (body: string) => {
      const v1 = createHmac('sha256', KEY).update(`${at}.${body}`).digest('hex');
      return call('wh_stripe', { body, headers: { ...json, 'stripe-signature': `t=${at},v1=${v1}` } });
    };
    const [one, other, again, without] = await starts(
      event('{"id":"evt_1"}'),
      event('{"id":"evt_2"}'),
      event('{"id":"evt_1","n":2}'),
      event('{"n":1}'),
    );
    expect(again).toBe(one);
    expect(new Set([one, other, without]).size).toBe(3);
  });

  it('whose first call was never published is started by the second', async () => {
    await scene.address('died');
    const webhook = { webhook_id: 'wh_died', organisation_id: 'org_died', workflow_id: 'wf_died', method: 'POST' };
    const named = call('wh_died', { headers: { ...json, 'webhook-id': 'm-1' } });
    const chosen = await scene.app.get(Deliveries).choose(webhook, {
      headers: named.headers,
      receivedAt: named.received_at,
      trigger: {},
      body: Buffer.alloc(0),
      input: () => null,
    });
    const accepted = await inbound.receive(named);
    expect(accepted.execution_id).toBe(chosen.id);
    expect(await scene.bus.lastOnSubject(RunRequested, accepted)).not.toBeNull();
  });
});

describe('a dedupe_key', () => {
  it('of the trigger is worked out from what came, before what the sender calls it', async () => {
    await scene.address('own', { dedupe_key: '{{input.order.id}}/{{trigger.query.kind}}' });
    const order = (id: unknown, kind: string, delivery: string) =>
      call('wh_own', {
        body: JSON.stringify({ order: { id } }),
        query: { kind },
        headers: { ...json, 'webhook-id': delivery },
      });
    const [one, again, kind, id] = await starts(
      order(7, 'paid', 'm-1'),
      order(7, 'paid', 'm-2'),
      order(7, 'sent', 'm-1'),
      order(8, 'paid', 'm-1'),
    );
    expect(again).toBe(one);
    expect(new Set([one, kind, id]).size).toBe(3);
  });

  it('that is null tells nothing apart, and one that is empty stands for none', async () => {
    await scene.address('none', { dedupe_key: null });
    await scene.address('empty', { dedupe_key: "{{input.id ?? ''}}" });
    const headers = { ...json, 'webhook-id': 'm-1' };
    for (const address of ['wh_none', 'wh_empty']) {
      const [one, other] = await starts(call(address, { headers }), call(address, { headers }));
      expect(other).not.toBe(one);
    }
  });

  it.each([
    ['that is missing in the call', '{{input.id}}', '{}'],
    ['that is no text', '{{input.id}}', '{"id":{}}'],
    ['that reads a secret', '{{secrets.key}}', '{}'],
    ['that never ends', "{{range(0, 1000).map(x => range(0, 1000)).length + ''}}", '{}'],
    ['that is too long', '{{input.id}}', JSON.stringify({ id: 'x'.repeat(LIMITS.deliveryIdLength + 1) })],
  ])('%s refuses the call and says so', async (_what, dedupe_key, body) => {
    await scene.address('broken', { dedupe_key });
    const refusal = await inbound.receive(call('wh_broken', { body })).catch((error: unknown) => error as AppError);
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('deliver') as string });
  });
});

it('ids of deliveries have the share of keys that the organisation may have', async () => {
  await scene.address('many');
  const taken: string[] = [];
  const deliveries = new Deliveries(scene.bus, { take: (owner) => Promise.resolve(void taken.push(owner)) });
  const named = {
    headers: { 'webhook-id': 'm-1' },
    receivedAt: call('').received_at,
    trigger: {},
    body: Buffer.alloc(0),
    input: () => null,
  };
  const webhook = { webhook_id: 'wh_many', organisation_id: 'org_many', workflow_id: 'wf_many', method: 'POST' };
  await deliveries.choose(webhook, named);
  await deliveries.choose(webhook, named);
  expect(taken).toEqual(['org_many']);
});
