import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, EventOccurred, EventTypesSnapshot, newId, type EventType } from '@millrace/contracts';
import { documentedEvent, sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import { ProjectionService } from '../src/executions/projection.service.js';
import { append, aSubject, completed, createHistory, start, type History, type Subject } from './start-history.js';

const AT = '2026-11-26T09:00:00.000Z';
const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');

let nats: OwnServer;
let mongo: SharedServer;
let history: History;

beforeAll(async () => {
  [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
  history = await createHistory({ nats: nats.url, mongo: mongo.url });
  await history.database.asPromise();
});
afterAll(async () => {
  await history.stop();
  await Promise.all([nats.stop(), mongo.stop()]);
});

async function projected(subject: Subject, ...entries: Parameters<typeof append>[2][]): Promise<void> {
  const projection = history.app.get(ProjectionService);
  const { signal } = new AbortController();
  for (const events of entries) {
    const received = await append(history.bus, subject, events);
    await projection.project([received], { signal });
    // As after a lost acknowledgement.
    await projection.project([received], { signal });
  }
}

async function wanting(...types: EventType[]): Promise<Subject> {
  const subject = aSubject({ organisationId: newId('organisation') });
  const organisation_id = subject.organisationId;
  await history.bus.snapshots.put(EventTypesSnapshot, { organisation_id }, { organisation_id, types });
  return subject;
}

const told = async ({ organisationId: organisation_id }: Subject) =>
  (await history.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);

test('that an execution begins, and each time that it waits, is announced once, in the form of the page', async () => {
  const subject = await wanting('execution.started', 'execution.waiting');
  await projected(
    subject,
    [start(subject)],
    [{ type: 'suspended', at: AT, until: AT }],
    [{ type: 'woken', at: AT, generation: 2 }],
    [{ type: 'suspended', at: AT }],
    [completed()],
  );
  const events = await told(subject);
  expect(events.map(({ type }) => type)).toEqual(['execution.started', 'execution.waiting', 'execution.waiting']);
  expect(events.map(({ data }) => data.until)).toEqual([undefined, AT, null]);
  const { executionId: execution_id, workflowId: workflow_id } = subject;
  for (const { type, data, workflow_id: about } of events) {
    expect(about).toBe(workflow_id);
    expect(data).toMatchObject({ execution_id, workflow_id, version: 1 });
    expect(Object.keys(data)).toEqual(Object.keys(documentedEvent(page, type).data));
  }
});

test('each is announced to who subscribes to it, and to nobody else', async () => {
  const [begun, waiting, others] = [
    await wanting('execution.started'),
    await wanting('execution.waiting'),
    await wanting('execution.completed'),
  ];
  for (const subject of [begun, waiting, others, aSubject()])
    await projected(subject, [start(subject), { type: 'suspended', at: AT }]);
  expect((await told(begun)).map(({ type }) => type)).toEqual(['execution.started']);
  expect((await told(waiting)).map(({ type }) => type)).toEqual(['execution.waiting']);
  expect(await told(others)).toEqual([]);
});

test.each([
  ['cannot be read', new Error('Another release wrote it')],
  ['is away', new AppError('SERVICE_UNAVAILABLE')],
])('records are written also while the list of who subscribes to them %s', async (_, error) => {
  const { snapshots } = history.bus;
  const get = snapshots.get.bind(snapshots);
  const broken = jest.spyOn(snapshots, 'get').mockImplementation((snapshot, ...rest) => {
    if ((snapshot as unknown) === EventTypesSnapshot) return Promise.reject(error);
    return get(snapshot, ...rest);
  });
  try {
    const subject = await wanting('execution.started');
    await projected(subject, [start(subject)], [completed()]);
    expect(await told(subject)).toEqual([]);
  } finally {
    broken.mockRestore();
  }
});
