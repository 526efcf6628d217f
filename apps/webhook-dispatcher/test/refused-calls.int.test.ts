import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdmitWebhook,
  EventOccurred,
  EventTypesSnapshot,
  ReceiveWebhook,
  type OccurredEvent,
} from '@millrace/contracts';
import { documentedEvent, waitUntil } from '@millrace/testing';
import { call, DispatcherScene } from './dispatcher.fixture.js';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');
const KEYED = { required_headers: { 'X-Shared-Key': 'k-1' } };

let scene: DispatcherScene;
beforeAll(async () => {
  scene = await DispatcherScene.open();
  await scene.app.listen();
});
afterAll(() => scene.close());

const want = (organisation_id: string) =>
  scene.bus.snapshots.put(EventTypesSnapshot, { organisation_id }, { organisation_id, types: ['webhook.refused'] });

async function told(organisation_id: string): Promise<OccurredEvent[]> {
  return (await scene.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
}

test('a refused call is announced, without anything of what it carries, and a repetition is not', async () => {
  await scene.address('refused', KEYED);
  await want('org_refused');
  const refused = call('wh_refused', { headers: { 'x-shared-key': 'gue55ed' }, body: '{"card":"4711"}' });
  for (let n = 0; n < 5; n++)
    await expect(scene.bus.request(ReceiveWebhook, refused)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  await scene.address('broken');
  const broken = call('wh_broken', { body: '{"card": 4, "cvv": s3cret123}' });
  await want('org_broken');
  await expect(scene.bus.request(ReceiveWebhook, broken)).rejects.toMatchObject({
    code: 'INVALID_JSON',
    message: expect.stringContaining('s3cret123'),
  });
  const quoting = await waitUntil('the broken call', async () => (await told('org_broken'))[0]);
  expect(quoting.data.code).toBe('INVALID_JSON');
  expect(JSON.stringify(quoting)).not.toContain('s3cret123');
  const head = { webhook_id: 'wh_refused', method: 'PUT', headers: {} };
  await expect(scene.bus.request(AdmitWebhook, head)).rejects.toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  const events = await waitUntil('both events', async () => {
    const all = await told('org_refused');
    return all.length >= 2 ? all : undefined;
  });
  const seen = events.map(({ data }) => data.code);
  // A minute may have ended meanwhile.
  expect(new Set(seen)).toEqual(new Set(['UNAUTHORIZED', 'METHOD_NOT_ALLOWED']));
  expect(seen.length).toBeLessThan(6);
  const [first] = events;
  expect(first).toMatchObject({
    type: 'webhook.refused',
    workflow_id: 'wf_refused',
    data: { webhook_id: 'wh_refused', workflow_id: 'wf_refused', status: 401 },
  });
  expect(Object.keys(first?.data ?? {})).toEqual(Object.keys(documentedEvent(page, 'webhook.refused').data));
  expect(JSON.stringify(events)).not.toMatch(/gue55ed|4711|k-1/);
});

test('calls that are taken, and those that nobody subscribes to, are not announced', async () => {
  await scene.address('taken');
  await want('org_taken');
  await scene.address('silent', KEYED);
  await scene.bus.request(ReceiveWebhook, call('wh_taken'));
  await expect(scene.bus.request(ReceiveWebhook, call('wh_silent'))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  // What comes after these is announced, so they would have been by then.
  await scene.address('later', KEYED);
  await want('org_later');
  await expect(scene.bus.request(ReceiveWebhook, call('wh_later'))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  await waitUntil('the event', async () => (await told('org_later')).length > 0);
  expect(await told('org_taken')).toEqual([]);
  expect(await told('org_silent')).toEqual([]);
});
