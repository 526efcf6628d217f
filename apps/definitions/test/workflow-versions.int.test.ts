import {
  CreateWorkflow,
  DiffWorkflowVersions,
  DuplicateWorkflow,
  GetWorkflow,
  GetWorkflowVersion,
  ListWorkflowVersions,
  RestoreWorkflowVersion,
  UpdateWorkflow,
  WebhookSnapshot,
  type AppError,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { WorkflowVersionsRepository } from '../src/workflows/workflow-versions.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

const TOKEN = 'tok_01kaxh3v9m0000000000000001';

let fixture: Fixture;
let replica: Replica;
let organisation_id: string;

beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());
beforeEach(() => {
  organisation_id = uniqueName('org');
});

const step = (output: unknown) => ({ id: 'a', type: 'transform', config: { output } });
/** A workflow with so many versions, each with its number as the output of its step. */
async function withVersions(count: number, document: object = {}): Promise<WorkflowResource> {
  let workflow = await fixture.client.request(CreateWorkflow, {
    organisation_id,
    document: aWorkflow({ steps: [step(1)], ...document }),
    token_id: TOKEN,
  });
  for (let number = 2; number <= count; number++)
    workflow = await fixture.client.request(UpdateWorkflow, {
      organisation_id,
      workflow_id: workflow.id,
      patch: { steps: [step(number)] },
      token_id: TOKEN,
    });
  return workflow;
}
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => error as AppError,
  );

describe('versions', () => {
  it('are listed newest first, page by page, with who made them', async () => {
    const { id: workflow_id } = await withVersions(5);
    const list = (before?: number) =>
      fixture.client.request(ListWorkflowVersions, {
        organisation_id,
        workflow_id,
        limit: 2,
        ...(before === undefined ? {} : { before }),
      });
    const pages = [await list(), await list(4), await list(2)];
    expect(pages.map(({ versions }) => versions.map(({ version }) => version))).toEqual([[5, 4], [3, 2], [1]]);
    expect(pages.map(({ next_cursor, has_more }) => [next_cursor, has_more])).toEqual([
      ['4', true],
      ['2', true],
      [null, false],
    ]);
    expect(pages[0]?.versions[0]).toEqual({
      version: 5,
      created_at: expect.any(String) as unknown,
      created_by: TOKEN,
      note: null,
    });
  });

  it('that their writer has not finished are not there yet', async () => {
    const { id: workflow_id } = await withVersions(1);
    const versions = replica.app.get(WorkflowVersionsRepository);
    const first = await versions.find(organisation_id, workflow_id, 1);
    await versions.write({ ...(first as NonNullable<typeof first>), _id: `${workflow_id}:2`, version: 2 });
    const list = await fixture.client.request(ListWorkflowVersions, { organisation_id, workflow_id, limit: 10 });
    expect(list.versions.map(({ version }) => version)).toEqual([1]);
    const get = fixture.client.request(GetWorkflowVersion, { organisation_id, workflow_id, version: 2 });
    expect(await refusal(get)).toMatchObject({ code: 'VERSION_NOT_FOUND', details: { workflow_id, version: 2 } });
  });

  it('are read with the document as it was saved', async () => {
    const { id: workflow_id } = await withVersions(2, { trigger: { type: 'webhook' } });
    const first = await fixture.client.request(GetWorkflowVersion, { organisation_id, workflow_id, version: 1 });
    expect(first).toMatchObject({ version: 1, created_by: TOKEN, note: null });
    expect(first.document).toEqual(aWorkflow({ steps: [step(1)], trigger: { type: 'webhook' } }));
  });

  it('that are not kept any more are distinguished from those that never were, by their organisation alone', async () => {
    const { id: workflow_id } = await withVersions(3);
    const versions = replica.app.get(WorkflowVersionsRepository);
    await versions.delete({ _id: `${workflow_id}:1`, organisation_id });
    const get = (version: number, organisation = organisation_id) =>
      refusal(fixture.client.request(GetWorkflowVersion, { organisation_id: organisation, workflow_id, version }));
    expect(await get(1)).toMatchObject({
      code: 'VERSION_PRUNED',
      message: expect.stringContaining('newest 100') as unknown,
      details: { workflow_id, version: 1, versions_kept: 100, kept_days: 30 },
    });
    expect(await get(4)).toMatchObject({ code: 'VERSION_NOT_FOUND' });
    expect(await get(1, uniqueName('org'))).toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    const diff = { organisation_id, workflow_id, version: 2 };
    expect(await refusal(fixture.client.request(DiffWorkflowVersions, diff))).toMatchObject({ code: 'VERSION_PRUNED' });
  });

  it('are compared with the one before, or with any other', async () => {
    const { id: workflow_id } = await withVersions(3);
    const diff = (version: number, against?: number) =>
      fixture.client.request(DiffWorkflowVersions, {
        organisation_id,
        workflow_id,
        version,
        ...(against === undefined ? {} : { against }),
      });
    const path = '/steps/0/config/output';
    const steps = [{ step_id: 'a', change: 'changed', fields: ['config.output'] }];
    expect(await diff(3)).toEqual({ version: 3, against: 2, patch: [{ op: 'replace', path, value: 3 }], steps });
    expect(await diff(1, 3)).toEqual({ version: 1, against: 3, patch: [{ op: 'replace', path, value: 1 }], steps });
    expect(await diff(1)).toEqual({ version: 1, against: 1, patch: [], steps: [] });
  });
});

describe('restoring a version', () => {
  it('makes its document the newest version, and keeps the status and the addresses', async () => {
    const before = await withVersions(3, { trigger: { type: 'webhook' } });
    const { id: workflow_id } = before;
    await fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch: { status: 'paused' } });
    const restored = await fixture.client.request(RestoreWorkflowVersion, {
      organisation_id,
      workflow_id,
      version: 1,
      if_version: 3,
      token_id: TOKEN,
    });
    expect(restored).toMatchObject({ version: 4, status: 'paused', steps: [step(1)], trigger: before['trigger'] });
    const version = await fixture.client.request(GetWorkflowVersion, { organisation_id, workflow_id, version: 4 });
    expect(version).toMatchObject({ created_by: TOKEN, note: 'Version 1 restored' });
  });

  it('changes nothing when the current version says the same, and is refused when it has changed meanwhile', async () => {
    const { id: workflow_id } = await withVersions(2);
    const restore = (version: number, if_version?: number) =>
      fixture.client.request(RestoreWorkflowVersion, {
        organisation_id,
        workflow_id,
        version,
        ...(if_version === undefined ? {} : { if_version }),
      });
    expect((await restore(2)).version).toBe(2);
    expect(await refusal(restore(1, 1))).toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await refusal(restore(3))).toMatchObject({ code: 'VERSION_NOT_FOUND' });
  });
});

describe('a duplicate', () => {
  const duplicate = (workflow_id: string) =>
    fixture.client.request(DuplicateWorkflow, { organisation_id, workflow_id, token_id: TOKEN });

  it('is a draft with the same document and an address of its own', async () => {
    const original = await withVersions(2, { trigger: { type: 'webhook' } });
    const copy = await duplicate(original.id);
    expect(copy).toMatchObject({ name: `${original.name} copy`, status: 'draft', version: 1, steps: [step(2)] });
    const addresses = [original, copy].map((one) => (one['trigger'] as { config: { url: string } }).config.url);
    expect(new Set(addresses).size).toBe(2);
    const published = await Promise.all(
      addresses.map((url) =>
        fixture.client.snapshots.get(WebhookSnapshot, { webhook_id: url.split('/').at(-1) ?? '' }),
      ),
    );
    expect(published.map((one) => one?.workflow_id)).toEqual([original.id, copy.id]);
    expect((await fixture.client.request(GetWorkflow, { organisation_id, workflow_id: original.id })).version).toBe(2);
  });

  it('counts like a new workflow', async () => {
    const limited = await fixture.start({ MILLRACE_WORKFLOWS_PER_ORGANISATION: '1' });
    await replica.stop();
    const { id } = await withVersions(1);
    expect(await refusal(duplicate(id))).toMatchObject({ code: 'QUOTA_EXCEEDED', details: { kind: 'workflows' } });
    replica = await fixture.start();
    await limited.stop();
  });
});
