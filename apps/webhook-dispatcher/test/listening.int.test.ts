import { createHmac } from 'node:crypto';
import {
  AdmitWebhook,
  AppError,
  LIMITS,
  newId,
  OrganisationSnapshot,
  ReceiveWebhook,
  RunRequested,
  WebhookCallShown,
  WebhookListened,
  type ShownCall,
} from '@millrace/contracts';
import { SecretReader } from '@millrace/service-kit/sealing';
import { waitUntil } from '@millrace/testing';
import { CallListeners } from '../src/inbound/call-listeners.js';
import { call, DispatcherScene } from './dispatcher.fixture.js';

const SECRET = 'correct-horse-battery-staple';
const FORMER = 'former-horse-battery-staple';
const JSON_HEADERS = { 'content-type': 'application/json' };

let scene: DispatcherScene;
let shown: ShownCall[];
let end: () => void;
beforeAll(async () => {
  scene = await DispatcherScene.open();
  jest.spyOn(scene.app.get(SecretReader), 'read').mockResolvedValue({ key: SECRET });
  jest.spyOn(scene.app.get(SecretReader), 'readFormer').mockResolvedValue({ key: [FORMER] });
  await scene.app.listen();
});
afterAll(() => scene.close());

/** Begins to listen as a gateway does. */
async function listen(name: string, organisation_id = `org_${name}`): Promise<void> {
  const listener_id = newId('event');
  shown = [];
  end = await scene.bus.hear(WebhookCallShown, {
    subject: WebhookCallShown.subject({ listener_id }),
    heard: (_, open) => void open().then((each) => shown.push(each)),
  });
  await scene.bus.tell(WebhookListened, { listener_id, organisation_id, webhook_id: `wh_${name}` });
  await waitUntil('the dispatcher to know', () => scene.app.get(CallListeners).hasOf(`wh_${name}`));
}
afterEach(() => end());

const receive = (name: string, more: Parameters<typeof call>[1] = {}) =>
  scene.bus.request(ReceiveWebhook, call(`wh_${name}`, more));
const refused = (name: string, more: Parameters<typeof call>[1] = {}) =>
  receive(name, more).then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );
async function untilShown(count: number): Promise<ShownCall[]> {
  await waitUntil(`${count} calls`, () => shown.length >= count);
  return shown;
}
const signature = (body: string, secret = SECRET) => createHmac('sha256', secret).update(body).digest('hex');

test('a call is shown as it came and as its workflow gets it, with what became of it; it starts what it would start', async () => {
  await scene.address('shown', { required_headers: { 'X-Key': '{{secrets.key}}' } });
  await listen('shown');
  const body = '{"n": 12345678901234567890, "leak": "correct-horse-battery-staple"}';
  const headers = { ...JSON_HEADERS, 'x-key': SECRET, authorization: 'Basic x', 'user-agent': 'shop/1' };
  const accepted = await receive('shown', { body, headers, query: { a: ['1', FORMER] }, request_id: 'req_1' });
  expect(await scene.bus.lastOnSubject(RunRequested, accepted)).not.toBeNull();
  const [first] = await untilShown(1);
  expect(first?.missed).toBe(0);
  const seen = first?.call;
  expect(seen).toMatchObject({
    at: '2026-11-25T01:00:00.000Z',
    method: 'POST',
    verdict: 'accepted',
    status: 202,
    execution_id: accepted.execution_id,
    request_id: 'req_1',
    headers: { ...JSON_HEADERS, 'x-key': '••••', authorization: '••••', 'user-agent': 'shop/1' },
    query: { a: ['1', '••••'] },
    body: { bytes: body.length, text: body.replace(SECRET, '••••'), base64: null, truncated: false },
    input_problem: null,
    checks: { passed: true, headers: ['X-Key'], signature: null },
  });
  expect(String((seen?.input as { n: unknown }).n)).toBe('12345678901234567890');
  expect(JSON.stringify(seen)).not.toContain(SECRET);
});

test('what a call lacks is said, and its body is shown and not parsed', async () => {
  await scene.address('signed', { signature: { scheme: 'hmac_sha256', secret: '{{secrets.key}}' } });
  await listen('signed');
  const signed = (value: string) => ({ headers: { ...JSON_HEADERS, 'x-webhook-signature': value } });
  expect(await refused('signed', signed('0'.repeat(64)))).toBe('UNAUTHORIZED');
  expect(await refused('signed')).toBe('UNAUTHORIZED');
  expect(await refused('signed', { method: 'GET' })).toBe('METHOD_NOT_ALLOWED');
  // By the secret that was rotated, which is still taken.
  expect(await refused('signed', signed(signature('{"a":1}', FORMER)))).toBe('accepted');
  const calls = (await untilShown(4)).map(({ call: each }) => each);
  expect(calls.map((each) => [each?.code ?? null, each?.checks.passed, each?.input])).toEqual([
    ['UNAUTHORIZED', false, null],
    ['UNAUTHORIZED', false, null],
    ['METHOD_NOT_ALLOWED', false, null],
    [null, true, { a: 1 }],
  ]);
  expect(calls[0]).toMatchObject({ body: { text: '{"a":1}' }, checks: { signature: 'hmac_sha256' } });
  expect(calls[0]?.message).toContain('none that fits its body');
  expect(calls[1]?.message).toContain('no such header');
});

test('a secret that is written out in the trigger is masked wherever a call has it', async () => {
  const plain = 'plain-secret-of-the-sender';
  await scene.address('plain', { signature: { scheme: 'hmac_sha256', secret: plain } });
  await listen('plain');
  const body = `{"key":"${plain}"}`;
  const headers = { ...JSON_HEADERS, 'x-webhook-signature': signature(body, plain) };
  expect(await refused('plain', { body, headers, query: { key: plain } })).toBe('accepted');
  const [first] = await untilShown(1);
  expect(first?.call).toMatchObject({ query: { key: '••••' }, input: { key: '••••' } });
  expect(JSON.stringify(first)).not.toContain(plain);
});

test('the address of a draft or a paused workflow can be listened to; its calls are refused, with their input', async () => {
  for (const status of ['draft', 'paused'] as const) {
    await scene.address(status);
    await scene.workflow(`wf_${status}`, status, `org_${status}`);
    await listen(status);
    const code = await refused(status);
    expect(code).toBe(status === 'draft' ? 'WORKFLOW_NOT_ACTIVE' : 'WORKFLOW_PAUSED');
    expect((await untilShown(1))[0]?.call).toMatchObject({ verdict: 'refused', code, input: { a: 1 } });
    end();
  }
});

test('of a body that is refused before it is read nothing is shown but its head', async () => {
  await scene.address('unread', { signature: { scheme: 'github', secret: '{{secrets.key}}' } });
  await listen('unread');
  const { webhook_id, method, headers } = call('wh_unread');
  const admitted = scene.bus.request(AdmitWebhook, { webhook_id, method, headers });
  await expect(admitted).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  expect((await untilShown(1))[0]?.call).toMatchObject({ body: null, input: null, verdict: 'refused' });
});

test('of a call that was refused before it was verified nobody says that it passed, and its body is not parsed', async () => {
  const required_headers = { 'X-Key': '{{secrets.key}}' };
  await scene.address('early', { required_headers });
  await scene.address('unreadable', { required_headers });
  const live = { organisation_id: 'org_early', suspended: true, limits: {} };
  await scene.bus.snapshots.put(OrganisationSnapshot, live, live);
  const { webhook_id, method } = call('wh_early');
  const headers = { ...JSON_HEADERS, 'x-key': SECRET };
  const checked = (each: ShownCall | undefined) => [each?.call?.code, each?.call?.checks.passed, each?.call?.input];

  await listen('early');
  const admitted = scene.bus.request(AdmitWebhook, { webhook_id, method, headers: { ...headers } });
  await expect(admitted).rejects.toMatchObject({ code: 'ORGANISATION_SUSPENDED' });
  expect(await refused('early', { headers })).toBe('ORGANISATION_SUSPENDED');
  expect((await untilShown(2)).map(checked)).toEqual([
    // Its headers are all that it needs, and its body has not come.
    ['ORGANISATION_SUSPENDED', true, null],
    ['ORGANISATION_SUSPENDED', true, { a: 1 }],
  ]);
  end();

  await listen('unreadable');
  jest.spyOn(scene.app.get(SecretReader), 'read').mockRejectedValueOnce(new AppError('SECRET_UNREADABLE'));
  expect(await refused('unreadable', { headers })).toBe('SECRET_UNREADABLE');
  expect((await untilShown(1)).map(checked)).toEqual([['SECRET_UNREADABLE', null, null]]);
});

test('a large body is shown in part, and what is no text as base64; an input that cannot be made says why', async () => {
  await scene.address('large');
  await listen('large');
  // The limit is in the middle of a character.
  await receive('large', {
    headers: { 'content-type': 'text/plain' },
    body: `a${'ä'.repeat(LIMITS.listenedBodyBytes)}`,
  });
  const bytes = Buffer.from([0xff, 0xfe, 0x00]);
  await receive('large', { headers: { 'content-type': 'image/png' }, body_base64: bytes.toString('base64') });
  expect(await refused('large', { body: '{"a":' })).toBe('INVALID_JSON');
  const [text, image, broken] = (await untilShown(3)).map(({ call: each }) => each);
  expect(text?.body).toMatchObject({ bytes: 2 * LIMITS.listenedBodyBytes + 1, truncated: true, base64: null });
  expect(text?.body?.text).toBe(`a${'ä'.repeat(LIMITS.listenedBodyBytes / 2 - 1)}`);
  expect([text?.input, text?.input_problem]).toEqual([null, 'It is too large to be shown']);
  expect(image?.body).toEqual({ bytes: 3, text: null, base64: bytes.toString('base64'), truncated: false });
  expect(image?.input).toMatchObject({ file: { type: 'image/png', size: 3 } });
  expect([broken?.input, typeof broken?.input_problem]).toEqual([null, 'string']);
});

test("calls of another organisation's address are shown to nobody", async () => {
  await scene.address('theirs');
  await scene.address('beside');
  await listen('theirs', 'org_beside');
  await receive('theirs');
  const before = shown;
  end();
  await listen('beside');
  await receive('beside');
  await untilShown(1);
  expect(before).toEqual([]);
});

test('more calls in a second than a listener is shown are counted, and none waits for that', async () => {
  await scene.address('busy');
  await listen('busy');
  const many = 3 * LIMITS.listenedCallsPerSecond;
  await Promise.all(Array.from({ length: many }, () => receive('busy')));
  // The next second begins with how many were missed.
  await waitUntil('a call of a later second', async () => {
    await receive('busy');
    return shown.some(({ missed }) => missed > 0);
  });
  const missed = shown.reduce((sum, each) => sum + each.missed, 0);
  expect(missed + shown.length).toBeGreaterThan(many);
  expect(shown.length).toBeLessThan(missed + shown.length);
});
