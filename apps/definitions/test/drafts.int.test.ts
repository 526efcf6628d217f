import {
  ActiveSnapshot,
  CreateWorkflow,
  DeleteWorkflow,
  DeleteWorkflowDraft,
  GetWorkflow,
  GetWorkflowDraft,
  GetWorkflowVersion,
  PublishWorkflowDraft,
  PutWorkflowDraft,
  UpdateWorkflow,
  type WorkflowDraft,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { OrganisationsRepository } from '../src/organisations/organisations.repository.js';
import { WorkflowDraftsRepository } from '../src/workflow-drafts/workflow-drafts.repository.js';
import { VersionPruner } from '../src/workflows/version-pruner.js';
import { WorkflowVersionsRepository } from '../src/workflows/workflow-versions.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';
import { failure } from './workflow-calls.fixture.js';

let fixture: Fixture;
let replica: Replica;
let organisation_id: string;
let workflow: WorkflowResource;
let workflow_id: string;

beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());
beforeEach(async () => {
  organisation_id = uniqueName('org');
  workflow = await fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
  workflow_id = workflow.id;
});

const put = (draft: object, if_version?: number): Promise<WorkflowDraft> =>
  fixture.client.request(PutWorkflowDraft, {
    organisation_id,
    workflow_id,
    document: {},
    token_id: 'tok_a',
    ...draft,
    ...(if_version === undefined ? {} : { if_version }),
  });
const get = () => fixture.client.request(GetWorkflowDraft, { organisation_id, workflow_id });
const remove = (more: object = {}) =>
  fixture.client.request(DeleteWorkflowDraft, { organisation_id, workflow_id, ...more });
const publish = (more: object = {}): Promise<WorkflowResource> =>
  fixture.client.request(PublishWorkflowDraft, { organisation_id, workflow_id, ...more });
const live = () => fixture.client.request(GetWorkflow, { organisation_id, workflow_id });
const update = (patch: object) => fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch });
const chargedBytes = () => replica.app.get(OrganisationsRepository).workflowBytes(organisation_id);

describe('a draft', () => {
  it('is kept as it was sent, valid or not, and changes nothing that is live', async () => {
    const document = { steps: 'not yet', $gt: { 'a.b': [1] }, constructor: { prototype: 1 } };
    const sent = { document, source: 'steps: not yet # hm\n', pins: { greet: { $set: null } }, based_on: 1 };
    const draft = await put(sent);
    expect(draft).toMatchObject({ workflow_id, ...sent, version: 1, updated_by: 'tok_a' });
    expect(await get()).toEqual(draft);
    expect(await live()).toEqual(workflow);
    const again = await put({ document: { name: 'x' } });
    expect(again).toMatchObject({ version: 2, source: null, based_on: null, created_at: draft.created_at });
    // Pins stay until others are sent.
    expect(again.pins).toEqual(sent.pins);
    expect((await put({ pins: {} })).pins).toEqual({});
  });

  it('is not there before it is saved, and after it is thrown away', async () => {
    expect((await failure(get())).code).toBe('DRAFT_NOT_FOUND');
    expect((await failure(publish())).code).toBe('DRAFT_NOT_FOUND');
    await put({ pins: { a: 1 } });
    expect(await remove()).toEqual({ workflow_id, deleted: true });
    expect((await failure(remove())).code).toBe('DRAFT_NOT_FOUND');
    expect((await failure(get())).code).toBe('DRAFT_NOT_FOUND');
    expect((await put({})).pins).toEqual({});
  });

  it('is guarded by its version, which never comes back', async () => {
    expect(await failure(put({}, 1))).toMatchObject({ code: 'VERSION_CONFLICT', details: { current_version: null } });
    await put({});
    await put({ document: { a: 2 } }, 1);
    expect(await failure(put({ document: { a: 3 } }, 1))).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { workflow_id, if_version: 1, current_version: 2 },
    });
    expect((await failure(remove({ if_version: 1 }))).code).toBe('VERSION_CONFLICT');
    expect((await failure(publish({ if_version: 1 }))).code).toBe('VERSION_CONFLICT');
    await remove({ if_version: 2 });
    expect((await put({})).version).toBe(4);
    expect((await failure(put({}, 1))).code).toBe('VERSION_CONFLICT');
  });

  it('saved by many at once with the same version is saved by one of them, and without a version by all', async () => {
    await put({});
    const guarded = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => put({ document: { n } }, 1)));
    expect(guarded.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const all = await Promise.all(Array.from({ length: 5 }, (_, n) => put({ document: { n } })));
    expect(all.map(({ version }) => version).sort()).toEqual([3, 4, 5, 6, 7]);
  });

  it('belongs to its organisation', async () => {
    await put({});
    const other = { organisation_id: uniqueName('org'), workflow_id };
    const attempts = [
      fixture.client.request(GetWorkflowDraft, other),
      fixture.client.request(PutWorkflowDraft, { ...other, document: {} }),
      fixture.client.request(DeleteWorkflowDraft, other),
      fixture.client.request(PublishWorkflowDraft, other),
    ];
    // All at once: a rejection that is awaited later than it comes counts as an unhandled one.
    for (const { code } of await Promise.all(attempts.map(failure))) expect(code).toBe('WORKFLOW_NOT_FOUND');
  });

  it('is bounded as a document is, and so are its pins', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 120; level++) deep = { a: deep };
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`s${n}`, 1]));
    const refused = [
      [{ document: [] }, 'document'],
      [{ document: { deep } }, 'document.deep'],
      [{ document: { a: 'x'.repeat(1_100_000) } }, 'document'],
      [{ pins: { deep } }, 'pins.deep'],
      [{ pins: { a: 'x'.repeat(1_100_000) } }, 'pins'],
      [{ pins: many }, 'pins'],
      [{ pins: 'x' }, 'pins'],
    ] as const;
    for (const [draft, path] of refused) {
      const { code, details } = await failure(put(draft));
      const [issue] = details?.['issues'] as { path: string }[];
      expect([path, code, issue?.path.startsWith(path)]).toEqual([path, 'INVALID_INPUT', true]);
    }
    expect((await failure(get())).code).toBe('DRAFT_NOT_FOUND');
  });

  it('counts against the bytes of the organisation, and no more once it has gone', async () => {
    const before = await chargedBytes();
    await put({ document: { a: 'ü'.repeat(1_000) }, source: 'x'.repeat(500), pins: { a: 'y'.repeat(100) } });
    expect(await chargedBytes()).toBeGreaterThan(before + 2_600);
    await put({ document: {}, pins: {} });
    expect(await chargedBytes()).toBe(before + 4);
    await remove();
    expect(await chargedBytes()).toBe(before + 2);
  });

  it('goes with the workflow', async () => {
    await put({ document: { a: 1 } });
    await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id });
    expect((await failure(get())).code).toBe('WORKFLOW_NOT_FOUND');
    const prune = () => replica.app.get(VersionPruner).prune(new AbortController().signal);
    await prune();
    const at = new Date(Date.now() - 40 * 24 * 60 * 60 * 1_000);
    const { model } = replica.app.get(WorkflowVersionsRepository);
    await model.updateMany({ organisation_id }, { retired_at: at, drained_at: at }).exec();
    await prune();
    expect(await replica.app.get(WorkflowDraftsRepository).find(organisation_id, workflow_id)).toBeNull();
    expect(await chargedBytes()).toBe(0);
  });
});

describe('publishing', () => {
  const document = aWorkflow({ name: 'Published', status: 'draft' });

  it('makes the document the next version, with the note, and takes the draft away but for its pins', async () => {
    await put({ document, pins: { greet: 1 }, based_on: 1 });
    const published = await publish({ if_version: 1, note: 'Better', token_id: 'tok_b' });
    expect(published).toMatchObject({ id: workflow_id, name: 'Published', version: 2, status: 'active' });
    expect(published.trigger).toEqual(workflow.trigger);
    expect(await live()).toEqual(published);
    expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id })).toMatchObject({ version: 2 });
    const version = { organisation_id, workflow_id, version: 2 };
    expect(await fixture.client.request(GetWorkflowVersion, version)).toMatchObject({
      note: 'Better',
      created_by: 'tok_b',
    });
    expect((await failure(get())).code).toBe('DRAFT_NOT_FOUND');
    expect((await put({ document })).pins).toEqual({ greet: 1 });
  });

  it('keeps the status of the workflow, or activates it', async () => {
    await update({ status: 'paused' });
    await put({ document });
    expect((await publish()).status).toBe('paused');
    await put({ document: { ...document, name: 'Again' } });
    expect((await publish({ activate: true })).status).toBe('active');
  });

  it('refuses a document that is not valid with every problem, and keeps the draft', async () => {
    const draft = await put({ document: { name: '', steps: [{ id: 'a' }] } });
    const error = await failure(publish());
    expect(error.code).toBe('INVALID_INPUT');
    expect((error.details?.['issues'] as unknown[]).length).toBeGreaterThanOrEqual(2);
    expect(await get()).toEqual(draft);
    expect(await live()).toEqual(workflow);
  });

  it('refuses to go over a version that the draft was not begun from', async () => {
    const draft = await put({ document, based_on: 1 });
    await update({ description: 'by somebody else' });
    const error = await failure(publish());
    expect(error).toMatchObject({ code: 'VERSION_CONFLICT', details: { based_on: 1, current_version: 2 } });
    expect(await get()).toEqual(draft);
    await put({ document, based_on: 2 });
    expect(await publish()).toMatchObject({ version: 3, name: 'Published' });
  });
});
