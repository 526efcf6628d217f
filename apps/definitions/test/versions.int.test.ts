import {
  CreateWorkflow,
  DeleteWorkflow,
  LIMITS,
  RunRequested,
  UpdateWorkflow,
  VersionSnapshot,
  type AppError,
  type WorkflowResource,
} from '@millrace/contracts';
import { startExecution } from '@millrace/service-kit/start-execution';
import { aRunRequest, aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { OrganisationsRepository } from '../src/organisations/organisations.repository.js';
import { WorkflowSnapshots } from '../src/snapshots/workflow-snapshots.js';
import { VersionPruner } from '../src/workflows/version-pruner.js';
import { WorkflowVersionsRepository } from '../src/workflows/workflow-versions.repository.js';
import { WorkflowsRepository } from '../src/workflows/workflows.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

let fixture: Fixture;
let replica: Replica;
let organisation_id: string;

beforeEach(async () => {
  organisation_id = uniqueName('org');
  fixture = await openFixture();
  replica = await fixture.start({
    MILLRACE_VERSIONS_PER_WORKFLOW: '2',
    MILLRACE_VERSION_KEEP_DAYS: '0',
    MILLRACE_WORKFLOW_BYTES_PER_ORGANISATION: '8000',
  });
}, 180_000);
afterEach(() => fixture.stop());

const create = (): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
const update = (workflow_id: string, patch: object): Promise<WorkflowResource> =>
  fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch });
const prune = (): Promise<number> => replica.app.get(VersionPruner).prune(new AbortController().signal);
const versionsOf = ({ id }: WorkflowResource): Promise<number[]> =>
  replica.app.get(WorkflowVersionsRepository).numbers(organisation_id, id);
const versionOf = ({ id }: WorkflowResource, version: number) =>
  replica.app.get(WorkflowVersionsRepository).find(organisation_id, id, version);
const keptBytes = (): Promise<number> => replica.app.get(OrganisationsRepository).workflowBytes(organisation_id);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as AppError).code,
  );
const start = ({ id }: WorkflowResource, version: number): Promise<string> =>
  codeOf(
    startExecution(fixture.client, null, {
      trigger: { type: 'api' },
      workflow: { organisation_id, workflow_id: id, version },
      input: () => null,
    }),
  );
const emptyQueue = () => fixture.client.connection.request('$JS.API.STREAM.PURGE.RUNS');

/** As if a step of the pruning had been done so long ago. */
async function ago(step: 'retired_at' | 'drained_at', milliseconds: number): Promise<void> {
  const { model } = replica.app.get(WorkflowVersionsRepository);
  const update = { $set: { [step]: new Date(Date.now() - milliseconds) } };
  await model.updateMany({ organisation_id, retired: true }, update).exec();
}

/** A workflow with four versions. */
async function withFour(): Promise<WorkflowResource> {
  const workflow = await create();
  for (const name of ['two', 'three', 'four']) await update(workflow.id, { name });
  return workflow;
}

test('of a workflow the newest versions can be started, as many as the settings say', async () => {
  const workflow = await withFour();
  expect(await start(workflow, 2)).toBe('VERSION_NOT_FOUND');
  expect(await start(workflow, 3)).toBe('done');
  expect(await start(workflow, 4)).toBe('done');
});

test('an old version stays while anything is in the queue that was accepted before it was retired', async () => {
  const workflow = await withFour();
  await fixture.client.publish(RunRequested, aRunRequest());
  await prune();
  expect(await versionOf(workflow, 2)).toMatchObject({ retired: true, drained_at: null });
  expect(await versionOf(workflow, 3)).toMatchObject({ retired: false });
  await prune();
  expect(await versionOf(workflow, 2)).toMatchObject({ drained_at: null });
  await ago('retired_at', 2 * HOUR_MS);
  await prune();
  expect((await versionOf(workflow, 2))?.drained_at).not.toBeNull();
});

test('an old version goes when no execution of it can wait any longer, with its snapshot and its bytes', async () => {
  const workflow = await withFour();
  const before = await keptBytes();
  await prune();
  await ago('retired_at', 2 * HOUR_MS);
  await prune();
  await ago('drained_at', LIMITS.executionWaitMs - DAY_MS);
  expect(await prune()).toBe(0);
  expect(await versionsOf(workflow)).toEqual([1, 2, 3, 4]);
  await ago('drained_at', LIMITS.executionWaitMs + DAY_MS);
  expect(await prune()).toBe(2);
  expect(await versionsOf(workflow)).toEqual([3, 4]);
  await waitUntil('the snapshot to go', async () => {
    const address = { workflow_id: workflow.id, version: 1 };
    return (await fixture.client.snapshots.get(VersionSnapshot, address)) === null;
  });
  expect(await keptBytes()).toBeGreaterThan(before / 3);
  expect(await keptBytes()).toBeLessThan((2 * before) / 3);
  // A bucket that was lost is filled from what there is.
  const record = await replica.app.get(WorkflowsRepository).find(organisation_id, workflow.id);
  await replica.app.get(WorkflowSnapshots).publishAllVersions(record!);
  expect(await start(workflow, 3)).toBe('done');
});

test('a version that may be started again, since more are kept, does not go', async () => {
  const workflow = await withFour();
  await prune();
  await ago('retired_at', 2 * HOUR_MS);
  await prune();
  await replica.stop();
  replica = await fixture.start({ MILLRACE_VERSIONS_PER_WORKFLOW: '3', MILLRACE_VERSION_KEEP_DAYS: '0' });
  await update(workflow.id, { status: 'active' });
  const record = await replica.app.get(WorkflowsRepository).find(organisation_id, workflow.id);
  await replica.app.get(WorkflowSnapshots).publish(organisation_id, record!._id);
  await ago('drained_at', LIMITS.executionWaitMs + DAY_MS);
  expect(await prune()).toBe(1);
  expect(await versionsOf(workflow)).toEqual([2, 3, 4]);
  expect(await versionOf(workflow, 2)).toMatchObject({ retired: false, drained_at: null });
});

test('all versions of a deleted workflow go, and then the workflow itself', async () => {
  const workflow = await withFour();
  await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: workflow.id });
  await prune();
  await ago('retired_at', 2 * HOUR_MS);
  await prune();
  await ago('drained_at', LIMITS.executionWaitMs + DAY_MS);
  expect(await prune()).toBe(4);
  expect(await replica.app.get(WorkflowsRepository).findWithDeleted(organisation_id, workflow.id)).toBeNull();
  expect(await keptBytes()).toBe(0);
  await emptyQueue();
});

test('an organisation stores no more documents than it may, and can delete some', async () => {
  const workflow = await create();
  const description = 'x'.repeat(6_000);
  expect(await codeOf(update(workflow.id, { description }))).toBe('done');
  expect(await codeOf(update(workflow.id, { description: `${description}!` }))).toBe('QUOTA_EXCEEDED');
  expect(
    await codeOf(
      fixture.client.request(CreateWorkflow, { organisation_id, document: { ...aWorkflow(), description } }),
    ),
  ).toBe('QUOTA_EXCEEDED');
  // What makes no version costs no bytes.
  expect(await codeOf(update(workflow.id, { status: 'paused' }))).toBe('done');
  await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: workflow.id });
});
