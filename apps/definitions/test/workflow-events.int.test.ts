import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateEventSubscription,
  DeleteEventSubscription,
  EventOccurred,
  EventTypesSnapshot,
  UpdateEventSubscription,
  type EventType,
  type OccurredEvent,
} from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { aWorkflow, documentedEvent, uniqueName, waitUntil } from '@millrace/testing';
import { startReplicaWithKeys } from './master-keys.fixture.js';
import { workflowCalls } from './workflow-calls.fixture.js';

const running = startReplicaWithKeys();

const TYPES = ['workflow.published', 'workflow.paused', 'workflow.deleted'] as const satisfies EventType[];

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');
const calls = workflowCalls(() => ({ fixture: running.fixture, organisation_id: organisation }));
let organisation: string;
beforeEach(() => {
  organisation = uniqueName('org');
});

const subscribe = (events: EventType[]) =>
  running.fixture.client.request(CreateEventSubscription, {
    organisation_id: organisation,
    subscription: { url: 'https://example.com/hooks', events },
  });
const wanted = async () =>
  (await running.fixture.client.snapshots.get(EventTypesSnapshot, { organisation_id: organisation }))?.types;

async function told(): Promise<OccurredEvent[]> {
  const messages = await running.fixture.client.readSubject(EventOccurred, { organisation_id: organisation });
  return messages.map(({ payload }) => payload);
}

test('a new version, a pause and a delete of a workflow are announced, in the form of the page', async () => {
  await subscribe([...TYPES]);
  const { id } = await calls.create(aWorkflow({ name: 'First', status: 'active' }));
  await calls.update(id, { name: 'Second' });
  await calls.update(id, { status: 'paused' });
  await calls.remove(id);
  const events = await told();
  expect(events.map(({ type, data }) => [type, data.version, data.name])).toEqual([
    ['workflow.published', 1, 'First'],
    ['workflow.published', 2, 'Second'],
    ['workflow.paused', 2, 'Second'],
    ['workflow.deleted', 2, 'Second'],
  ]);
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(4);
  for (const { type, data, workflow_id } of events) {
    expect(Object.keys(data)).toEqual(Object.keys(documentedEvent(page, type).data));
    expect(data.workflow_id).toBe(id);
    expect(workflow_id).toBe(id);
  }
});

test('what nobody has subscribed to is published nowhere', async () => {
  await subscribe(['execution.failed', 'workflow.paused']);
  const { id } = await calls.create(aWorkflow({ status: 'active' }));
  await calls.remove(id);
  expect(await told()).toEqual([]);
});

test('what was changed is announced by the sweeper when its writer died before it did', async () => {
  await subscribe([...TYPES]);
  const { id } = await calls.create(aWorkflow({ status: 'active' }));
  const at = new Date(Date.now() - 60_000);
  // As a writer leaves it that dies after its write.
  await running.fixture.mongo.collection<{ _id: string }>('workflows').updateOne(
    { _id: id },
    {
      $set: { untold: [{ type: 'workflow.paused', at, version: 1 }], snapshot_pending: true, updated_at: at },
      $inc: { revision: 1 },
    },
  );
  const event = await waitUntil('the event', async () => (await told()).find(({ type }) => type === 'workflow.paused'));
  expect(event.at).toBe(at.toISOString());
  await waitUntil('it to be announced no more', async () => {
    const record = await running.fixture.mongo.collection<{ _id: string }>('workflows').findOne({ _id: id });
    return record !== null && !('untold' in record);
  });
});

test('while nothing can be announced changes are made and published; it is announced once it can be', async () => {
  await subscribe([...TYPES]);
  const records = running.fixture.mongo.collection<{ _id: string }>('workflows');
  const bus = running.replica.app.get<NatsBus>(BUS);
  const publish = bus.publish.bind(bus);
  const broken = jest.spyOn(bus, 'publish').mockImplementation((message, ...rest) => {
    if ((message as unknown) === EventOccurred) return new Promise(() => undefined);
    return publish(message, ...rest);
  });
  try {
    const { id } = await calls.create(aWorkflow({ status: 'active' }));
    await calls.update(id, { status: 'paused' });
    expect(await records.findOne({ _id: id })).toMatchObject({
      snapshot_pending: false,
      untold: [{ type: 'workflow.published' }, { type: 'workflow.paused' }],
    });
    expect(await told()).toEqual([]);
    broken.mockRestore();
    await waitUntil('both events', async () => (await told()).length === 2);
    await waitUntil('nothing to be untold', async () => !('untold' in ((await records.findOne({ _id: id })) ?? {})));
  } finally {
    broken.mockRestore();
  }
});

test('which types are wanted is published with the subscriptions, of those that are active', async () => {
  const address = { organisation_id: organisation };
  const one = await subscribe(['workflow.paused', 'execution.failed']);
  const other = await subscribe(['workflow.paused', 'mailbox.unhealthy']);
  expect(await wanted()).toEqual(['execution.failed', 'mailbox.unhealthy', 'workflow.paused']);
  await running.fixture.client.request(UpdateEventSubscription, {
    ...address,
    subscription_id: other.id,
    patch: { status: 'disabled' },
  });
  expect(await wanted()).toEqual(['execution.failed', 'workflow.paused']);
  await running.fixture.client.request(DeleteEventSubscription, { ...address, subscription_id: one.id });
  expect(await wanted()).toEqual([]);
});
