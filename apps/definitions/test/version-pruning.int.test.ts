import {
  ActiveSnapshot,
  CreateWorkflow,
  DeleteWorkflow,
  RunRequested,
  UpdateWorkflow,
  type WorkflowResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { aRunRequest, aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { OrganisationsRepository } from '../src/organisations/organisations.repository.js';
import { SnapshotRebuilder } from '../src/snapshots/snapshot-rebuilder.js';
import { VersionPruner } from '../src/workflows/version-pruner.js';
import { WorkflowVersionsRepository } from '../src/workflows/workflow-versions.repository.js';
import { WorkflowsRepository } from '../src/workflows/workflows.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const SETTINGS = { MILLRACE_VERSIONS_PER_WORKFLOW: '2', MILLRACE_VERSION_KEEP_DAYS: '30' };

let fixture: Fixture;
let replica: Replica;
let organisation_id: string;

beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start(SETTINGS);
}, 180_000);
beforeEach(() => {
  organisation_id = uniqueName('org');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await emptyQueue();
  await fixture.mongo.collection('workflows').deleteMany({ organisation_id });
});
afterAll(() => fixture.stop());

const prune = (): Promise<number> => replica.app.get(VersionPruner).prune(new AbortController().signal);
const versionsOf = ({ id }: WorkflowResource): Promise<number[]> =>
  replica.app.get(WorkflowVersionsRepository).numbers(organisation_id, id);
const versionOf = ({ id }: WorkflowResource, version: number) =>
  replica.app.get(WorkflowVersionsRepository).find(organisation_id, id, version);
const emptyQueue = () => fixture.client.connection.request('$JS.API.STREAM.PURGE.RUNS');

/** A workflow with four versions, of which two are kept. */
async function withFour(): Promise<WorkflowResource> {
  const workflow = await fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
  for (const name of ['two', 'three', 'four'])
    await fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id: workflow.id, patch: { name } });
  return workflow;
}

/** As if a step of the pruning had been done so long ago. */
async function ago(step: 'retired_at' | 'drained_at', milliseconds: number): Promise<void> {
  const update = { $set: { [step]: new Date(Date.now() - milliseconds) } };
  await replica.app.get(WorkflowVersionsRepository).model.updateMany({ organisation_id, retired: true }, update).exec();
}

async function drain(): Promise<void> {
  await prune();
  await ago('retired_at', 2 * HOUR_MS);
  await prune();
}

/** As if what is in the queue had been there for so long. */
function queuedFor(milliseconds: number): void {
  const bus = replica.app.get<Bus>(BUS);
  const oldestAt = bus.oldestAt.bind(bus);
  jest.spyOn(bus, 'oldestAt').mockImplementation(async (message) => {
    const oldest = await oldestAt(message);
    return oldest && new Date(oldest.getTime() - milliseconds);
  });
}

describe('an old version', () => {
  it('stays for as many days as the settings say', async () => {
    const workflow = await withFour();
    await drain();
    await ago('drained_at', 29 * DAY_MS);
    expect(await prune()).toBe(0);
    await ago('drained_at', 31 * DAY_MS);
    expect(await prune()).toBe(2);
    expect(await versionsOf(workflow)).toEqual([3, 4]);
  });

  it('is not drained while a start that may be of it is in the queue, however old that is', async () => {
    const workflow = await withFour();
    await fixture.client.publish(RunRequested, aRunRequest());
    await prune();
    await ago('retired_at', 10 * DAY_MS + HOUR_MS / 2);
    queuedFor(10 * DAY_MS);
    await prune();
    expect(await versionOf(workflow, 1)).toMatchObject({ retired: true, drained_at: null });
    await emptyQueue();
    await prune();
    expect((await versionOf(workflow, 1))?.drained_at).not.toBeNull();
  });

  it('stays while a wake-up of an execution of it may be in the queue, however old that is', async () => {
    const workflow = await withFour();
    await drain();
    await fixture.client.publish(RunRequested, aRunRequest());
    await ago('drained_at', 45 * DAY_MS);
    queuedFor(40 * DAY_MS);
    expect(await prune()).toBe(0);
    await emptyQueue();
    expect(await prune()).toBe(2);
    expect(await versionsOf(workflow)).toEqual([3, 4]);
  });

  it('is not retired before the published snapshot says so', async () => {
    const [ahead, deleted] = [await withFour(), await withFour()];
    const workflows = fixture.mongo.collection<{ _id: string }>('workflows');
    await workflows.updateOne({ _id: ahead.id }, { $set: { version: 9 } });
    await workflows.updateOne({ _id: deleted.id }, { $set: { deleted_at: new Date() } });
    await prune();
    for (const workflow of [ahead, deleted]) {
      expect(await versionOf(workflow, 2)).toMatchObject({ retired: true });
      expect(await versionOf(workflow, 3)).toMatchObject({ retired: false });
    }
  });

  it('that several replicas delete at the same time is subtracted once', async () => {
    const workflow = await withFour();
    await drain();
    await ago('drained_at', 31 * DAY_MS);
    await Promise.all([prune(), prune(), prune()]);
    const kept = await Promise.all([3, 4].map((version) => versionOf(workflow, version)));
    const bytes = kept.reduce((sum, version) => sum + (version?.bytes ?? 0), 0);
    expect(await replica.app.get(OrganisationsRepository).workflowBytes(organisation_id)).toBe(bytes);
  });

  it('of a deleted workflow goes before it, and the workflow with the last one', async () => {
    const workflow = await withFour();
    await drain();
    await ago('drained_at', 31 * DAY_MS);
    await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: workflow.id });
    expect(await prune()).toBe(2);
    expect(await versionsOf(workflow)).toEqual([3, 4]);
    const find = () => replica.app.get(WorkflowsRepository).findWithDeleted(organisation_id, workflow.id);
    expect(await find()).not.toBeNull();
    await ago('retired_at', 2 * HOUR_MS);
    await prune();
    await ago('drained_at', 31 * DAY_MS);
    expect(await prune()).toBe(2);
    expect(await find()).toBeNull();
  });
});

test('old versions are looked for while the service runs', async () => {
  const workflow = await withFour();
  const other = await fixture.start({ ...SETTINGS, MILLRACE_AUDIT_SECONDS: '1' });
  await waitUntil('the first version to be retired', async () => (await versionOf(workflow, 1))?.retired === true);
  await other.stop();
});

test('what may be started follows the settings', async () => {
  const { id: workflow_id } = await withFour();
  const oldest = async () => (await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id }))?.oldest_version;
  expect(await oldest()).toBe(3);
  const other = await fixture.start({ ...SETTINGS, MILLRACE_VERSIONS_PER_WORKFLOW: '3' });
  await other.app.get(SnapshotRebuilder).audit(new AbortController().signal);
  await waitUntil('the older one', async () => (await oldest()) === 2);
  await other.stop();
});
