import { type AppError, newId, OrganisationSnapshot, RunRequested } from '@millrace/contracts';
import type { Bus, NatsBus } from '@millrace/messaging';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { SecretReader } from '@millrace/service-kit/sealing';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { CalledFiles } from '../src/inbound/called-files.js';
import { Deliveries } from '../src/inbound/deliveries.js';
import { InboundService } from '../src/inbound/inbound.service.js';
import { call, DispatcherScene, type Call } from './dispatcher.fixture.js';

/** The time by which calls are counted: a window that ends during a test would start the next one. */
const ALWAYS = () => Date.UTC(2100, 0, 1);

let scene: DispatcherScene;
let bus: Bus;
let inbound: InboundService;

beforeAll(async () => {
  scene = await DispatcherScene.open();
  bus = scene.bus;
  inbound = scene.app.get(InboundService);
  await Promise.all([
    scene.webhook('wh_open', 'wf_active'),
    scene.webhook('wh_keyed', 'wf_active', { required_headers: { 'X-Shared-Key': 'k-1' } }),
    scene.webhook('wh_get', 'wf_active', { method: 'GET' }),
    scene.webhook('wh_paused', 'wf_paused'),
    scene.webhook('wh_draft', 'wf_draft'),
    scene.webhook('wh_orphan', 'wf_gone'),
    scene.workflow('wf_active', 'active'),
    scene.workflow('wf_paused', 'paused'),
    scene.workflow('wf_draft', 'draft'),
  ]);
});
afterAll(() => scene.close());

/** The service with a limit of calls of its own. */
function serviceWithin(webhooks: number): InboundService {
  const { app, redis } = scene;
  const limiter = new RateLimiter(redis, { webhooks }, ALWAYS);
  return new InboundService(
    bus,
    limiter,
    app.get(StorageQuota),
    app.get(SecretReader),
    app.get(Deliveries),
    app.get(CalledFiles),
  );
}

describe('an organisation', () => {
  const publish = (name: string, members: object) => {
    const value = { organisation_id: `org_${name}`, suspended: false, limits: {}, ...members };
    return bus.snapshots.put(OrganisationSnapshot, value, value);
  };

  it('that is suspended gets no call, large ones are refused before their body is read', async () => {
    await scene.address('suspended');
    await publish('suspended', { suspended: true });
    const refused = { code: 'ORGANISATION_SUSPENDED' };
    await expect(inbound.receive(call('wh_suspended'))).rejects.toMatchObject(refused);
    await expect(inbound.admit(call('wh_suspended'))).rejects.toMatchObject(refused);
    await publish('suspended', {});
    await inbound.admit(call('wh_suspended'));
    await inbound.receive(call('wh_suspended'));
  });

  it('that is suspended says so to nobody, and counts no call, before a signature is checked', async () => {
    await scene.address('silent', { signature: { scheme: 'github', secret: 'k-1' } });
    await publish('silent', { suspended: true, limits: { webhook_calls_per_minute: 1 } });
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    const service = serviceWithin(1);
    for (let index = 0; index < 3; index++) await service.admit(call('wh_silent', { headers }));
    await expect(service.receive(call('wh_silent', { headers }))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('gets as many calls as its own limit says', async () => {
    await scene.address('limited');
    await publish('limited', { limits: { webhook_calls_per_minute: 1 } });
    const limited = serviceWithin(100);
    await limited.receive(call('wh_limited'));
    await expect(limited.receive(call('wh_limited'))).rejects.toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      details: { limit: 1 },
    });
  });
});

describe('a webhook call', () => {
  it('whose answer is waited for gets the id that the gateway has chosen, and its execution says that somebody waits', async () => {
    await scene.address('waited');
    const asked = { execution_id: newId('execution'), awaited: true };
    const accepted = await inbound.receive(call('wh_waited', asked));
    expect([accepted.execution_id, accepted.duplicate]).toEqual([asked.execution_id, false]);
    expect((await bus.lastOnSubject(RunRequested, accepted))?.payload).toMatchObject(asked);
    const named = { headers: { 'content-type': 'application/json', 'idempotency-key': 'waited-1' } };
    const [first, second] = [newId('execution'), newId('execution')];
    const twice = [
      await inbound.receive(call('wh_waited', { ...named, execution_id: first, awaited: true })),
      await inbound.receive(call('wh_waited', { ...named, execution_id: second, awaited: true })),
    ];
    expect(twice.map(({ execution_id, duplicate }) => [execution_id, duplicate])).toEqual([
      [first, false],
      [first, true],
    ]);
  });

  it('is in the queue before its response is sent, with body, query and headers, but without credentials', async () => {
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      authorization: 'Bearer x',
      'x-shared-key': 'k-1',
    };
    const accepted = await inbound.receive(
      call('wh_keyed', { headers, query: { a: ['1', '2'] }, request_id: 'req_1' }),
    );
    const stored = await bus.lastOnSubject(RunRequested, accepted);
    expect(stored?.payload).toEqual({
      execution_id: accepted.execution_id,
      organisation_id: 'org_a',
      workflow_id: 'wf_active',
      version: 2,
      generation: 0,
      accepted_at: '2026-11-25T01:00:00.000Z',
      trigger: {
        type: 'webhook',
        webhook_id: 'wh_keyed',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
        query: { a: ['1', '2'] },
      },
      input: { a: 1 },
      request_id: 'req_1',
    });
  });

  it('of several megabytes travels by reference and arrives whole', async () => {
    const text = 'x'.repeat(3 * 1024 * 1024);
    const accepted = await inbound.receive(call('wh_open', { body: JSON.stringify({ text }) }));
    const stored = await bus.lastOnSubject(RunRequested, accepted);
    expect(stored?.payload.input).toEqual({ text });
  });

  it.each([
    ['to an unknown address', call('wh_none'), 'WEBHOOK_NOT_FOUND'],
    ['to a wildcard', call('*'), 'WEBHOOK_NOT_FOUND'],
    ['to everything', call('>'), 'WEBHOOK_NOT_FOUND'],
    ['to the address of a deleted workflow', call('wh_orphan'), 'WEBHOOK_NOT_FOUND'],
    ['of a paused workflow', call('wh_paused'), 'WORKFLOW_PAUSED'],
    ['of a draft', call('wh_draft'), 'WORKFLOW_NOT_ACTIVE'],
    ['by another method', call('wh_get'), 'METHOD_NOT_ALLOWED'],
    ['without a header that is asked for', call('wh_keyed'), 'UNAUTHORIZED'],
    ['with broken JSON', call('wh_open', { body: '{"a":' }), 'INVALID_JSON'],
  ])('%s is refused, and nothing starts', async (_what, bad, code) => {
    await expect(inbound.receive(bad)).rejects.toMatchObject({ code });
  });
});

describe('the limit of an organisation', () => {
  const limited = (limit: number) => serviceWithin(limit);
  const answered = async (service: InboundService, asked: Call): Promise<string> =>
    service.receive(asked).then(
      () => 'accepted',
      (error: unknown) => (error as AppError).code,
    );

  it('is counted exactly over all dispatchers, is in each response, and refuses what is too much', async () => {
    await scene.address('mine');
    const dispatchers = [limited(5), limited(5)];
    const first = await limited(5).receive(call('wh_mine'));
    expect(first.rate_limit).toMatchObject({ limit: 5, remaining: 4 });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => answered(dispatchers[index % 2] as InboundService, call('wh_mine'))),
    );
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(4);
    expect(outcomes.filter((outcome) => outcome === 'RATE_LIMIT_EXCEEDED')).toHaveLength(4);
    await expect(limited(5).receive(call('wh_mine'))).rejects.toMatchObject({
      details: { kind: 'webhooks', limit: 5, reset_at: expect.any(Number) as number },
    });
  });

  it('is one for all of its webhooks, which use up nothing of another organisation', async () => {
    await Promise.all([scene.address('several'), scene.address('apart')]);
    await scene.webhook('wh_further', 'wf_several', { organisation_id: 'org_several' });
    const service = limited(2);
    const outcomes: string[] = [];
    for (const id of ['wh_several', 'wh_further', 'wh_several', 'wh_further', 'wh_apart'])
      outcomes.push(await answered(service, call(id)));
    const refused = 'RATE_LIMIT_EXCEEDED';
    expect(outcomes).toEqual(['accepted', 'accepted', refused, refused, 'accepted']);
  });

  it('is used up by nobody who is not let in', async () => {
    await scene.address('guarded', { required_headers: { 'X-Key': 'k' } });
    const service = limited(2);
    for (let index = 0; index < 10; index++) {
      expect(await answered(service, call('wh_guarded'))).toBe('UNAUTHORIZED');
      expect(await answered(service, call('wh_guarded', { method: 'GET' }))).toBe('METHOD_NOT_ALLOWED');
    }
    const right = { headers: { 'content-type': 'application/json', 'x-key': 'k' } };
    expect(await answered(service, call('wh_guarded', right))).toBe('accepted');
  });

  it('counts a call before its body is decoded', async () => {
    await scene.address('broken');
    const service = limited(1);
    expect(await answered(service, call('wh_broken', { body: '{"a":' }))).toBe('INVALID_JSON');
    expect(await answered(service, call('wh_broken', { body: '{"a":' }))).toBe('RATE_LIMIT_EXCEEDED');
  });
});

describe('an organisation that has stored as much as it may', () => {
  const MEBIBYTE = 1024 * 1024;
  beforeEach(() => (bus as NatsBus).room.measured({ free: 3 * MEBIBYTE, limit: 1_000 * MEBIBYTE }));
  afterEach(() => (bus as NatsBus).room.measured(null));

  it('is refused, with and without its body, which counts as a call; another one is not', async () => {
    await Promise.all([scene.address('filling'), scene.address('beside')]);
    const service = serviceWithin(4);
    // Stored twice, it is more than a quarter of 4 MiB.
    await service.receive(call('wh_filling', { body: JSON.stringify('x'.repeat(0.6 * MEBIBYTE)) }));
    await expect(service.receive(call('wh_filling'))).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { kind: 'storage', limit_bytes: MEBIBYTE },
    });
    await expect(service.receive(call('wh_beside'))).resolves.toMatchObject({ status: 'running' });
    await expect(service.admit(call('wh_filling'))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await expect(service.admit(call('wh_filling'))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await expect(service.admit(call('wh_filling'))).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
  });
});

describe('a question about a call without its body', () => {
  it.each([
    ['an unknown address', call('wh_none'), 'WEBHOOK_NOT_FOUND'],
    ['another method', call('wh_get'), 'METHOD_NOT_ALLOWED'],
    ['a missing header', call('wh_keyed'), 'UNAUTHORIZED'],
  ])('is refused for %s', async (_what, asked, code) => {
    await expect(inbound.admit(asked)).rejects.toMatchObject({ code });
  });

  it('succeeds for a call that may be made, which it does not count', async () => {
    await scene.address('asked');
    const service = serviceWithin(1);
    for (let index = 0; index < 3; index++) await service.admit(call('wh_asked'));
    await expect(service.receive(call('wh_asked'))).resolves.toMatchObject({ rate_limit: { remaining: 0 } });
  });

  it('is refused for a call above the limit of its organisation, and for no other', async () => {
    await Promise.all([scene.address('beyond'), scene.address('within')]);
    await scene.address('sealed', { organisation_id: 'org_beyond', signature: { scheme: 'github', secret: 'k-1' } });
    const service = serviceWithin(1);
    await service.receive(call('wh_beyond'));
    const refused = { code: 'RATE_LIMIT_EXCEEDED', details: { limit: 1 } };
    await expect(service.admit(call('wh_beyond'))).rejects.toMatchObject(refused);
    await service.admit(call('wh_within'));
    // Who has not shown a signature yet learns nothing of the organisation.
    await service.admit(call('wh_sealed', { headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } }));
  });
});
