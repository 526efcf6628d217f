import { LIMITS } from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundScene } from './outbound.fixture.js';

/* What takes its time here: an attempt that is made by itself at its time, and an endpoint that never answers. */

let scene: OutboundScene;
const organisation = uniqueName('org');

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());

test('the next attempt is made at its time, once, by whichever process is there then', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.sequence(`/${id}`, [{ status: 500 }, { status: 200 }]);
  await scene.finish(organisation);
  const first = async () => (await scene.recorded(organisation, id))[0];
  await waitUntil('the first attempt', async () => (await first())?.attempts === 1);
  const due = Date.parse((await first())?.next_attempt_at ?? '');
  await scene.replace();
  await waitUntil('the second attempt', async () => (await first())?.status === 'delivered', 60_000);

  const log = (await first())?.attempt_log ?? [];
  expect(log.map(({ status_code }) => status_code)).toEqual([500, 200]);
  expect(Date.parse(log[1]?.at ?? '')).toBeGreaterThanOrEqual(due);
  expect(scene.endpoints.callsTo(`/${id}`)).toHaveLength(2);
}, 120_000);

test('an endpoint that never answers is waited for as long as the page says, and is tried again later', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, () => new Promise(() => undefined));
  await scene.finish(organisation);
  const first = async () => (await scene.recorded(organisation, id))[0];
  await waitUntil('the end of the attempt', async () => (await first())?.attempts === 1, 60_000);
  const record = await first();
  expect(record).toMatchObject({ status: 'pending', next_attempt_at: expect.any(String) });
  expect(record?.attempt_log[0]).toMatchObject({ status_code: null, error: expect.stringMatching(/\b15/) });
  expect(record?.attempt_log[0]?.duration_ms).toBeGreaterThanOrEqual(LIMITS.eventTimeoutMs);
}, 120_000);
