import {
  ActiveSnapshot,
  AppError,
  CreateWorkflow,
  DeleteWorkflow,
  GetWorkflow,
  GetWorkflowVersion,
  ListWorkflowVersions,
  RestoreWorkflow,
  UpdateWorkflow,
  WebhookSnapshot,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { VersionPruner } from '../src/workflows/version-pruner.js';
import { WorkflowVersionsRepository } from '../src/workflows/workflow-versions.repository.js';
import { WorkflowsRepository } from '../src/workflows/workflows.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

let fixture: Fixture;
let replica: Replica;
let organisation_id: string;

beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start({ MILLRACE_VERSION_KEEP_DAYS: '30', MILLRACE_WORKFLOWS_PER_ORGANISATION: '2' });
}, 180_000);
afterAll(() => fixture.stop());
beforeEach(() => {
  organisation_id = uniqueName('org');
});

const create = (): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
const remove = (workflow_id: string) => fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id });
const restore = (workflow_id: string, organisation = organisation_id): Promise<WorkflowResource> =>
  fixture.client.request(RestoreWorkflow, { organisation_id: organisation, workflow_id });
const get = (workflow_id: string) => fixture.client.request(GetWorkflow, { organisation_id, workflow_id });
const version = (workflow_id: string) =>
  fixture.client.request(GetWorkflowVersion, { organisation_id, workflow_id, version: 1 });
const prune = () => replica.app.get(VersionPruner).prune(new AbortController().signal);

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'succeeded',
    (reason: unknown) => reason,
  );
  return error instanceof AppError ? error.code : String(error);
}

/** As if the delete, and all that was done since, had been so long ago. */
async function daysAgo(days: number): Promise<void> {
  const at = new Date(Date.now() - days * DAY_MS);
  await replica.app.get(WorkflowsRepository).model.updateMany({ organisation_id }, { deleted_at: at }).exec();
  const drained = { retired: true, retired_at: at, drained_at: at };
  await replica.app.get(WorkflowVersionsRepository).model.updateMany({ organisation_id }, drained).exec();
}

it('brings back what a delete took: status, version, addresses, and what starts it', async () => {
  const created = await create();
  const { id } = created;
  const before = await fixture.client.request(UpdateWorkflow, {
    organisation_id,
    workflow_id: id,
    patch: { status: 'paused', description: 'x' },
  });
  await remove(id);
  const restored = await restore(id);
  expect(restored).toEqual({ ...before, updated_at: restored.updated_at });
  expect(await get(id)).toEqual(restored);
  expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id: id })).toMatchObject({
    version: 2,
    status: 'paused',
  });
  const { url } = (restored.trigger as { config: { url: string } }).config;
  const webhook_id = url.split('/').at(-1) ?? '';
  expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id })).toMatchObject({ workflow_id: id });
});

it('does nothing to a workflow that is there, and repeats itself', async () => {
  const workflow = await create();
  expect(await restore(workflow.id)).toEqual(workflow);
  await remove(workflow.id);
  const answers = await Promise.all([1, 2, 3].map(() => restore(workflow.id)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

it("finds nothing under another organisation's id, or one that never was", async () => {
  const { id } = await create();
  await remove(id);
  expect(await codeOf(restore(id, uniqueName('org')))).toBe('WORKFLOW_NOT_FOUND');
  expect(await codeOf(restore('wf_01kaxh3v9m0000000000000000'))).toBe('WORKFLOW_NOT_FOUND');
  expect(await codeOf(get(id))).toBe('WORKFLOW_NOT_FOUND');
});

it('is refused after 30 days, before which nothing that it needs is deleted', async () => {
  const { id } = await create();
  await remove(id);
  await daysAgo(29.9);
  expect(await prune()).toBe(0);
  expect(await restore(id)).toMatchObject({ id, version: 1 });
  expect(await prune()).toBe(0);
  await remove(id);
  await daysAgo(30.1);
  expect(await codeOf(restore(id))).toBe('WORKFLOW_NOT_FOUND');
  expect(await prune()).toBe(1);
  expect(await codeOf(restore(id))).toBe('WORKFLOW_NOT_FOUND');
  expect(await codeOf(version(id))).toBe('WORKFLOW_NOT_FOUND');
});

it('leaves no version of the live workflow to the pruner, even one that was retired meanwhile', async () => {
  const { id } = await create();
  await remove(id);
  await prune();
  await restore(id);
  const versions = replica.app.get(WorkflowVersionsRepository);
  expect(await versions.find(organisation_id, id, 1)).toMatchObject({ retired: false, drained_at: null });
  // As a pruner leaves it that had read the workflow before it was restored, and wrote after that.
  const at = new Date(Date.now() - 40 * DAY_MS);
  await versions.model.updateMany({ organisation_id }, { retired: true, retired_at: at, drained_at: at }).exec();
  await prune();
  expect(await versions.find(organisation_id, id, 1)).toMatchObject({ retired: false });
  expect(await get(id)).toMatchObject({ version: 1 });
});

it('counts against what an organisation may have', async () => {
  const { id } = await create();
  await remove(id);
  await create();
  await create();
  expect(await codeOf(restore(id))).toBe('QUOTA_EXCEEDED');
});

it('versions stay readable while the workflow is deleted, and say so', async () => {
  const { id } = await create();
  expect(await version(id)).not.toHaveProperty('workflow_deleted_at');
  await remove(id);
  const deleted = { workflow_deleted_at: expect.stringMatching(/^\d{4}-/) as string };
  expect(await version(id)).toMatchObject({ version: 1, document: { name: 'Test workflow' }, ...deleted });
  const list = await fixture.client.request(ListWorkflowVersions, { organisation_id, workflow_id: id, limit: 5 });
  expect(list).toMatchObject({ versions: [{ version: 1 }], ...deleted });
  const others = { organisation_id: uniqueName('org'), workflow_id: id, limit: 5 };
  expect(await codeOf(fixture.client.request(ListWorkflowVersions, others))).toBe('WORKFLOW_NOT_FOUND');
});
