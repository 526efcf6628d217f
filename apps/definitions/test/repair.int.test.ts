import {
  ActiveSnapshot,
  CreateWorkflow,
  DeleteWorkflow,
  EmailTriggersSnapshot,
  GetWorkflow,
  ScheduleSnapshot,
  UpdateWorkflow,
  VersionSnapshot,
  WebhookSnapshot,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { SnapshotRebuilder } from '../src/snapshots/snapshot-rebuilder.js';
import { WorkflowSnapshots } from '../src/snapshots/workflow-snapshots.js';
import { WorkflowVersionsRepository, versionId } from '../src/workflows/workflow-versions.repository.js';
import { WorkflowsRepository } from '../src/workflows/workflows.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

let fixture: Fixture;
let replica: Replica;
const organisation_id = uniqueName('org');

beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

const create = (): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
const get = (workflow_id: string): Promise<WorkflowResource> =>
  fixture.client.request(GetWorkflow, { organisation_id, workflow_id });
const update = (workflow_id: string, patch: unknown): Promise<WorkflowResource> =>
  fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch });
const published = (workflow_id: string) => fixture.client.snapshots.get(ActiveSnapshot, { workflow_id });
const webhookId = (workflow: WorkflowResource): string =>
  String((workflow.trigger as { config: { url: string } }).config.url.split('/').at(-1));

/** Writes what a writer has written that died before the workflow pointed at its version. */
async function leaveOrphanVersion(workflow: WorkflowResource): Promise<void> {
  const versions = replica.app.get(WorkflowVersionsRepository);
  const current = await versions.find(organisation_id, workflow.id, workflow.version);
  const stored = await replica.app.get(WorkflowsRepository).find(organisation_id, workflow.id);
  if (!current || !stored) throw new Error('The workflow is not stored');
  const orphan = {
    ...current,
    _id: versionId(workflow.id, current.version + 1),
    version: current.version + 1,
    base_revision: stored.revision,
  };
  expect(await versions.write({ ...orphan, name: 'orphan', document: '{"name":"orphan","steps":[]}' })).toBe(true);
}

describe('a writer that died', () => {
  it('before the workflow pointed at its version has changed nothing, and its version number is used again', async () => {
    const workflow = await create();
    await leaveOrphanVersion(workflow);
    expect(await get(workflow.id)).toEqual(workflow);
    const updated = await update(workflow.id, { name: 'after' });
    expect(updated).toMatchObject({ name: 'after', version: 2, steps: workflow.steps });
    expect((await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 2 }))?.name).toBe(
      'after',
    );
  });

  it('and comes back to life after its number was taken over can not publish what it wrote', async () => {
    const workflow = await create();
    const workflows = replica.app.get(WorkflowsRepository);
    const slow = await workflows.find(organisation_id, workflow.id);
    await leaveOrphanVersion(workflow);
    await update(workflow.id, { name: 'after' });
    expect(
      await workflows.compareAndSet(organisation_id, workflow.id, slow?.revision ?? -1, { version: 2, name: 'orphan' }),
    ).toBeNull();
    expect(await get(workflow.id)).toMatchObject({ name: 'after', version: 2 });
  });

  it('before its snapshots were published is completed by the sweeper', async () => {
    const workflow = await create();
    const workflows = replica.app.get(WorkflowsRepository);
    const stored = await workflows.find(organisation_id, workflow.id);
    await workflows.compareAndSet(organisation_id, workflow.id, stored?.revision ?? -1, { status: 'paused' });
    expect(await published(workflow.id)).toMatchObject({ status: 'active' });
    await waitUntil('the sweeper', async () => (await published(workflow.id))?.status === 'paused');
    await waitUntil(
      'the mark to go',
      async () => (await workflows.find(organisation_id, workflow.id))?.snapshot_pending === false,
    );
  });

  it('in the middle of a delete is completed too', async () => {
    const workflow = await create();
    const workflows = replica.app.get(WorkflowsRepository);
    const stored = await workflows.find(organisation_id, workflow.id);
    await workflows.compareAndSet(organisation_id, workflow.id, stored?.revision ?? -1, { deleted_at: new Date() });
    await waitUntil('the sweeper', async () => (await published(workflow.id)) === null);
    // Its address goes after it.
    const address = { webhook_id: webhookId(workflow) };
    await waitUntil('its address', async () => (await fixture.client.snapshots.get(WebhookSnapshot, address)) === null);
  });

  it('at the moment it was overtaken, leaving an old snapshot behind, is found by the audit', async () => {
    const workflow = await create();
    const old = await published(workflow.id);
    await update(workflow.id, { status: 'paused' });
    if (!old) throw new Error('The snapshot is not published');
    await fixture.client.snapshots.put(ActiveSnapshot, { workflow_id: workflow.id }, old);
    const rebuilder = replica.app.get(SnapshotRebuilder);
    await waitUntil('the audit', async () => (await rebuilder.audit(new AbortController().signal)) === 1);
    expect(await published(workflow.id)).toMatchObject({ status: 'paused' });
    expect(await rebuilder.audit(new AbortController().signal)).toBe(0);
  });
});

describe('a workflow that cannot be published as it is stored', () => {
  it('keeps no other one from being published, by a sweep or into a bucket that was lost', async () => {
    const stored = fixture.mongo.collection('workflows');
    const broken = await create();
    const other = await create();
    for (const [{ id }, checks] of [
      [broken, { 'webhooks.0.checks': '{"respond":5}' }],
      [other, {}],
    ] as const)
      await stored.updateOne({ _id: id } as object, {
        $set: { ...checks, status: 'paused', snapshot_pending: true, updated_at: new Date(Date.now() - 60_000) },
        $inc: { revision: 1 },
      });
    await waitUntil('the other one', async () => (await published(other.id))?.status === 'paused');

    await replica.stop();
    await fixture.client.connection.request('$JS.API.STREAM.PURGE.KV_definitions');
    await fixture.nats.restart();
    await waitUntil('the client to be back', () => fixture.client.status().connected);
    replica = await fixture.start();
    expect(await published(other.id)).toMatchObject({ status: 'paused' });
    await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: broken.id });
  });
});

describe('a publisher that somebody overtakes', () => {
  // Nobody else repairs what it leaves behind.
  const UNSWEPT = { MILLRACE_SWEEP_SECONDS: '3600', MILLRACE_AUDIT_SECONDS: '3600' };

  beforeAll(async () => {
    await replica.stop();
    replica = await fixture.start(UNSWEPT);
  });
  afterAll(async () => {
    await replica.stop();
    replica = await fixture.start();
  });

  it('after it has read the workflow publishes again, and only then marks it as published', async () => {
    const workflow = await create();
    const workflows = replica.app.get(WorkflowsRepository);
    const read = workflows.findWithDeleted.bind(workflows);
    const pause = async (revision: number) =>
      expect(
        await workflows.compareAndSet(organisation_id, workflow.id, revision, { status: 'paused' }),
      ).not.toBeNull();
    const reads = jest.spyOn(workflows, 'findWithDeleted').mockImplementationOnce(async (...address) => {
      const before = await read(...address);
      await pause(before?.revision ?? -1);
      return before;
    });
    await replica.app.get(WorkflowSnapshots).publish(organisation_id, workflow.id);
    const times = reads.mock.calls.length;
    reads.mockRestore();
    expect(await published(workflow.id)).toMatchObject({ status: 'paused' });
    expect((await workflows.find(organisation_id, workflow.id))?.snapshot_pending).toBe(false);
    expect(times).toBe(2);
  });

  it('does not mark what it has not published', async () => {
    const workflow = await create();
    const workflows = replica.app.get(WorkflowsRepository);
    const { revision = -1 } = (await workflows.find(organisation_id, workflow.id)) ?? {};
    await workflows.compareAndSet(organisation_id, workflow.id, revision, { status: 'paused' });
    expect(await workflows.markPublished(organisation_id, workflow.id, revision, true)).toBe(false);
    expect((await workflows.find(organisation_id, workflow.id))?.snapshot_pending).toBe(true);
  });
});

describe('a bucket that was lost', () => {
  it('is filled again with everything: tokens, addresses, and the old versions that executions are pinned to', async () => {
    const workflow = await create();
    await update(workflow.id, { name: 'two' });
    const deleted = await create();
    await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: deleted.id });
    await replica.stop();

    await fixture.client.connection.request('$JS.API.STREAM.PURGE.KV_definitions');
    await fixture.nats.restart();
    await waitUntil('the client to be back', () => fixture.client.status().connected);
    expect(await published(workflow.id)).toBeNull();

    replica = await fixture.start();
    expect(await published(workflow.id)).toMatchObject({ version: 2 });
    expect(await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 1 })).toMatchObject(
      { name: workflow.name },
    );
    expect(await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 2 })).toMatchObject(
      { name: 'two' },
    );
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id: webhookId(workflow) })).toMatchObject({
      workflow_id: workflow.id,
    });
    expect(await published(deleted.id)).toBeNull();
    expect(await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: deleted.id, version: 1 })).not.toBeNull();
  });

  it('alone, of several, is filled again too', async () => {
    const triggers = [
      { type: 'schedule', config: { cron: '@daily' } },
      { type: 'email', config: { address: 'support@example.com' } },
    ];
    const workflow = await fixture.client.request(CreateWorkflow, {
      organisation_id,
      document: { ...aWorkflow(), trigger: undefined, triggers },
    });
    const address = { organisation_id, workflow_id: workflow.id };
    const read = () =>
      Promise.all([
        fixture.client.snapshots.get(ScheduleSnapshot, address),
        fixture.client.snapshots.get(EmailTriggersSnapshot, address),
      ]);
    const before = await read();
    expect(before).toEqual([expect.anything(), expect.anything()]);

    for (const [index, bucket] of ['schedule_triggers', 'mail_triggers'].entries()) {
      await replica.stop();
      await fixture.client.connection.request(`$JS.API.STREAM.PURGE.KV_${bucket}`);
      await fixture.nats.restart();
      await waitUntil('the client to be back', () => fixture.client.status().connected);
      expect((await read())[index]).toBeNull();
      replica = await fixture.start();
      expect(await read()).toEqual(before);
    }
  });
});
