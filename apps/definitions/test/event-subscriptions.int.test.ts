import { writeFileSync } from 'node:fs';
import {
  CreateEventSubscription,
  CreateWorkflow,
  DeleteEventSubscription,
  DeleteWorkflow,
  DisableEventSubscription,
  eventSubscriptionContext,
  EventSubscriptionsSnapshot,
  EventTypesSnapshot,
  GetEventSubscription,
  LIMITS,
  ListEventSubscriptions,
  RotateEventSubscriptionSecret,
  storedEventSubscriptionSchema,
  UpdateEventSubscription,
  type EventSubscriptionPatch,
  type StoredEventSubscription,
} from '@millrace/contracts';
import { Keyring, keyIdOf, openSealed } from '@millrace/service-kit/sealing';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { EventSubscriptionsService } from '../src/event-subscriptions/event-subscriptions.service.js';
import { FIRST_KEY, keyLine, startReplicaWithKeys } from './master-keys.fixture.js';

const SECRET = `whsec_${Buffer.from('c4n4ry-correct-horse-battery-staple').toString('base64')}`;
const running = startReplicaWithKeys();

const REQUEST = { url: 'https://example.com/hooks', events: ['execution.failed' as const] };
const create = (organisation_id: string, more: object = {}) =>
  running.fixture.client.request(CreateEventSubscription, { organisation_id, subscription: { ...REQUEST, ...more } });
const update = (organisation_id: string, subscription_id: string, patch: EventSubscriptionPatch, more: object = {}) =>
  running.fixture.client.request(UpdateEventSubscription, { organisation_id, subscription_id, patch, ...more });
const get = (organisation_id: string, subscription_id: string) =>
  running.fixture.client.request(GetEventSubscription, { organisation_id, subscription_id });

const workflowOf = async (organisation_id: string) =>
  (await running.fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() })).id;

/** What the dispatcher reads of a subscription. */
async function published(organisation_id: string, id: string): Promise<StoredEventSubscription | undefined> {
  const snapshot = await running.fixture.client.snapshots.get(EventSubscriptionsSnapshot, { organisation_id });
  const text = snapshot?.subscriptions[id];
  return text === undefined ? undefined : storedEventSubscriptionSchema.parse(JSON.parse(text));
}

const opened = (organisation: string, id: string, text = ''): string =>
  openSealed(text, eventSubscriptionContext(organisation, id), new Keyring(running.keysFile));

it('is published when the call returns, and its secret is shown once and stored nowhere', async () => {
  const org = uniqueName('org');
  const workflow_id = await workflowOf(org);
  const made = await create(org, { secret: SECRET, description: 'On call', workflow_id });
  expect(made).toMatchObject({ ...REQUEST, secret: SECRET, description: 'On call', workflow_id, version: 1 });
  const { secret: _, ...shown } = made;
  expect(await get(org, made.id)).toEqual(shown);
  const stored = await published(org, made.id);
  expect(stored).toMatchObject({ url: REQUEST.url, status: 'active', previous: null });
  expect(opened(org, made.id, stored?.secret)).toBe(SECRET);
  const documents = await running.fixture.mongo.collection('event_subscriptions').find({}).toArray();
  expect(JSON.stringify(documents)).not.toContain(SECRET.slice('whsec_'.length));
  await expect(get(uniqueName('org'), made.id)).rejects.toMatchObject({ code: 'EVENT_SUBSCRIPTION_NOT_FOUND' });
});

it('gets a secret of its own when none is given, and another one with the former valid for a day', async () => {
  const org = uniqueName('org');
  const [one, other] = [await create(org), await create(org)];
  expect(one.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(one.secret).not.toBe(other.secret);
  const rotated = await running.fixture.client.request(RotateEventSubscriptionSecret, {
    organisation_id: org,
    subscription_id: one.id,
  });
  expect(rotated).toMatchObject({ id: one.id, version: 2 });
  const stored = await published(org, one.id);
  expect(opened(org, one.id, stored?.secret)).toBe(rotated.secret);
  expect(opened(org, one.id, stored?.previous?.secret)).toBe(one.secret);
  const day = 24 * 60 * 60 * 1_000;
  expect(Math.abs(Date.parse(stored?.previous?.until ?? '') - Date.now() - day)).toBeLessThan(60_000);
});

it('keeps what a change leaves out, begins anew when it is activated, and guards its version', async () => {
  const org = uniqueName('org');
  const { id } = await create(org, { description: 'On call' });
  const address = { organisation_id: org, subscription_id: id };
  const disable = () => running.fixture.client.request(DisableEventSubscription, { ...address, reason: 'gone' });
  const byOther = { ...address, organisation_id: uniqueName('org'), reason: 'x' };
  const foreign = await running.fixture.client.request(DisableEventSubscription, byOther);
  expect([foreign, (await get(org, id)).status]).toEqual([{ disabled: false }, 'active']);
  expect([await disable(), await disable()]).toEqual([{ disabled: true }, { disabled: false }]);
  expect(await get(org, id)).toMatchObject({ status: 'disabled', disabled_reason: 'gone', description: 'On call' });
  const before = (await published(org, id))?.since ?? '';
  const changed = await update(org, id, { description: null, events: ['execution.completed', 'execution.completed'] });
  expect(changed).toMatchObject({ description: null, events: ['execution.completed'], status: 'disabled' });
  expect((await published(org, id))?.since).toBe(before);
  const activated = await update(org, id, { status: 'active' }, { if_version: changed.version });
  expect(activated).toMatchObject({ status: 'active', disabled_reason: null, url: REQUEST.url });
  expect(((await published(org, id))?.since ?? '') > before).toBe(true);
  await expect(update(org, id, { url: 'https://example.com' }, { if_version: 1 })).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
  });
});

it('is still published for the dispatcher while the platform has disabled it, and begins anew from then; not where its owner has', async () => {
  const org = uniqueName('org');
  const { id } = await create(org);
  const address = { organisation_id: org, subscription_id: id };
  const typesOf = async () => (await running.fixture.client.snapshots.get(EventTypesSnapshot, address))?.types;
  await running.fixture.client.request(DisableEventSubscription, { ...address, reason: 'takes nothing' });
  const disabled = await published(org, id);
  expect(disabled).toMatchObject({ status: 'disabled', disabled_at: expect.any(String) as string });
  expect(await typesOf()).toEqual(REQUEST.events);
  await update(org, id, { status: 'active' });
  const active = await published(org, id);
  expect(active).toMatchObject({ status: 'active', since: disabled?.disabled_at });
  expect(active).not.toHaveProperty('disabled_at');
  await update(org, id, { status: 'disabled' });
  expect(await published(org, id)).not.toHaveProperty('disabled_at');
  expect(await typesOf()).toEqual([]);
  await update(org, id, { status: 'active' });
  expect(((await published(org, id))?.since ?? '') > (active?.since ?? '')).toBe(true);
  // What the platform has disabled, its owner can have done with too.
  await running.fixture.client.request(DisableEventSubscription, { ...address, reason: 'takes nothing' });
  await update(org, id, { status: 'disabled' });
  expect(await typesOf()).toEqual([]);
});

it('is refused where no event can be about its workflow, also by a change', async () => {
  const org = uniqueName('org');
  const workflow_id = await workflowOf(org);
  const nothing = { code: 'INVALID_INPUT', details: { issues: [{ path: 'events' }] } };
  const events = ['mailbox.unhealthy', 'credits.low'] as const;
  const message = expect.stringContaining('mailbox.unhealthy, credits.low') as string;
  await expect(create(org, { events, workflow_id })).rejects.toMatchObject({ ...nothing, message });
  const { id } = await create(org, { events });
  await expect(update(org, id, { workflow_id })).rejects.toMatchObject(nothing);
  expect(await get(org, id)).toMatchObject({ events, workflow_id: null, version: 1 });
  await update(org, id, { workflow_id, events: ['credits.low', 'webhook.refused'] });
  await expect(update(org, id, { events: ['credits.low'] })).rejects.toMatchObject(nothing);
  expect(await update(org, id, { description: 'Either' })).toMatchObject({ workflow_id, version: 3 });
});

it('is refused where the organisation has no such workflow, also by a change, and stays what it is when its workflow is deleted', async () => {
  const org = uniqueName('org');
  const [workflow_id, foreign] = [await workflowOf(org), await workflowOf(uniqueName('org'))];
  const refusal = (id: string) => ({
    code: 'INVALID_INPUT',
    message: expect.stringContaining(id) as string,
    details: { issues: [{ path: 'workflow_id' }] },
  });
  for (const other of ['wf_x', '', foreign])
    await expect(create(org, { workflow_id: other })).rejects.toMatchObject(refusal(other));
  const { id } = await create(org, { workflow_id });
  await expect(update(org, id, { workflow_id: foreign })).rejects.toMatchObject(refusal(foreign));
  await running.fixture.client.request(DeleteWorkflow, { organisation_id: org, workflow_id });
  // As a tool does that sends all it knows.
  const changed = await update(org, id, { workflow_id, description: 'Either' });
  expect(changed).toMatchObject({ workflow_id, description: 'Either', version: 2 });
  await update(org, id, { workflow_id: null });
  await expect(update(org, id, { workflow_id })).rejects.toMatchObject(refusal(workflow_id));
});

it('may be had so many times, page by page, until they are deleted', async () => {
  const org = uniqueName('org');
  const ids: string[] = [];
  for (let count = 0; count < LIMITS.eventSubscriptionsPerOrganisation; count++) ids.push((await create(org)).id);
  await expect(create(org)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  const list = (starting_after?: string) =>
    running.fixture.client.request(ListEventSubscriptions, {
      organisation_id: org,
      limit: 15,
      ...(starting_after === undefined ? {} : { starting_after }),
    });
  const first = await list();
  const second = await list(first.next_cursor ?? '');
  expect([...first.subscriptions, ...second.subscriptions].map(({ id }) => id)).toEqual(ids);
  const address = { organisation_id: org, subscription_id: ids[0] ?? '' };
  await running.fixture.client.request(DeleteEventSubscription, address);
  expect(await published(org, address.subscription_id)).toBeUndefined();
  await expect(running.fixture.client.request(DeleteEventSubscription, address)).rejects.toMatchObject({
    code: 'EVENT_SUBSCRIPTION_NOT_FOUND',
  });
  const gone = await running.fixture.client.request(DisableEventSubscription, { ...address, reason: 'x' });
  expect(gone).toEqual({ disabled: false });
});

it('is wrapped by a new master key, the former secret too', async () => {
  const org = uniqueName('org');
  const { id, secret } = await create(org);
  const address = { organisation_id: org, subscription_id: id };
  await running.fixture.client.request(RotateEventSubscriptionSecret, address);
  writeFileSync(running.keysFile, keyLine('second') + FIRST_KEY);
  await running.replica.app.get(EventSubscriptionsService).rewrap(new AbortController().signal);
  await waitUntil('both to be wrapped anew', async () => {
    const stored = await published(org, id);
    return [stored?.secret, stored?.previous?.secret].every((text) => keyIdOf(text ?? '') === 'second');
  });
  expect(opened(org, id, (await published(org, id))?.previous?.secret)).toBe(secret);
});
