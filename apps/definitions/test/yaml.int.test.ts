import {
  CreateWorkflow,
  DuplicateWorkflow,
  GetWorkflowDraftText,
  GetWorkflowText,
  GetWorkflowVersion,
  LIMITS,
  PublishWorkflowDraft,
  PutWorkflowDraft,
  RestoreWorkflowVersion,
  UpdateWorkflow,
  ValidateWorkflow,
  type WorkflowDraft,
  type WorkflowResource,
} from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { OrganisationsRepository } from '../src/organisations/organisations.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';
import { failure, workflowCalls } from './workflow-calls.fixture.js';

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

const { create, get, update } = workflowCalls(() => ({ fixture, organisation_id }));
const createYaml = (source: string): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, source });
const updateYaml = (workflow_id: string, source: string): Promise<WorkflowResource> =>
  fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, source });
const textOf = (workflow_id: string, version?: number) =>
  fixture.client.request(GetWorkflowText, { organisation_id, workflow_id, ...(version ? { version } : {}) });
const versionOf = (workflow_id: string, version: number) =>
  fixture.client.request(GetWorkflowVersion, { organisation_id, workflow_id, version });
const putDraft = (workflow_id: string, draft: object): Promise<WorkflowDraft> =>
  fixture.client.request(PutWorkflowDraft, { organisation_id, workflow_id, ...draft });
const publish = (workflow_id: string): Promise<WorkflowResource> =>
  fixture.client.request(PublishWorkflowDraft, { organisation_id, workflow_id });

const YAML = `# Greets
name: Greet
status: active # since Monday
steps:
  - id: hello # politely
    type: transform
    config:
      output: "Hello {{input.name}}"
`;
const BAD = YAML.replace('input.name', 'nobody.name');
const PLACE = { path: 'steps[0].config.output', line: 8, column: 24 };

it('numbers of a document in YAML keep all their digits, in JSON, in YAML and in copies', async () => {
  const source = `name: Exact
trigger: { type: webhook }
variables:
  tenant: 9007199254740993 # an id
steps:
  - { id: one, type: transform, config: { output: [0.1234567890123456789, 1e400] } }
`;
  const created = await createYaml(source);
  const digits = '[0.1234567890123456789,1e400]';
  expect(stringifyJson(await get(created.id))).toContain('"variables":{"tenant":9007199254740993}');
  expect(stringifyJson(await versionOf(created.id, 1))).toContain(`"output":${digits}`);
  expect((await textOf(created.id)).text).toBe(source);
  // Of one that was not saved as YAML the text is written anew, and read as the same document.
  const copy = await create({ ...(parseJson(stringifyJson(await get(created.id))) as object) });
  const { text } = await textOf(copy.id);
  expect(text).toContain('tenant: 9007199254740993\n');
  const again = await createYaml(text);
  expect(stringifyJson((await get(again.id))['steps'])).toContain(digits);
});

describe('a workflow that is saved as YAML', () => {
  it('is the same workflow, and its text is kept, counted and read again', async () => {
    const workflow = await createYaml(YAML);
    expect(workflow).toMatchObject({
      name: 'Greet',
      steps: [{ id: 'hello', config: { output: 'Hello {{input.name}}' } }],
    });
    expect(await textOf(workflow.id)).toEqual({ version: 1, text: YAML });
    const { document, source } = await versionOf(workflow.id, 1);
    expect(source).toBe(YAML);
    const bytes = Buffer.byteLength(JSON.stringify(document)) + Buffer.byteLength(YAML);
    expect(await replica.app.get(OrganisationsRepository).workflowBytes(organisation_id)).toBe(bytes);
  });

  it('has a new version when only a comment changes, and none for the same text', async () => {
    const { id } = await createYaml(YAML);
    expect(await updateYaml(id, YAML)).toMatchObject({ version: 1 });
    const other = YAML.replace('politely', 'warmly');
    expect(await updateYaml(id, other)).toMatchObject({ version: 2 });
    expect(await textOf(id)).toEqual({ version: 2, text: other });
    expect(await textOf(id, 1)).toEqual({ version: 1, text: YAML });
    const restored = { organisation_id, workflow_id: id, version: 1 };
    expect(await fixture.client.request(RestoreWorkflowVersion, restored)).toMatchObject({ version: 3 });
    expect(await textOf(id)).toEqual({ version: 3, text: YAML });
  });

  it('shows the status that it has, where its text has one', async () => {
    const { id } = await createYaml(YAML);
    expect(await update(id, { status: 'paused' })).toMatchObject({ version: 1 });
    expect((await textOf(id)).text).toBe(YAML.replace('status: active', 'status: paused'));
    expect((await textOf(id, 1)).text).toBe(YAML);
    const silent = await createYaml('name: x\nsteps: []\n');
    await update(silent.id, { status: 'paused' });
    expect((await textOf(silent.id)).text).toBe('name: x\nsteps: []\n');
  });

  it('has its comments no more once it was changed as JSON, or in parts', async () => {
    const { id } = await createYaml(YAML);
    await update(id, { description: 'By JSON' });
    const written = 'name: Greet\ndescription: By JSON\nstatus: active\nsteps:\n  - id: hello\n';
    expect((await textOf(id)).text).toContain(written);
    expect(await updateYaml(id, '# why\ndescription: By YAML\n')).toMatchObject({ version: 3, name: 'Greet' });
    expect((await textOf(id)).text).toContain('description: By YAML\nstatus: active\n');
    expect(await versionOf(id, 3)).toMatchObject({ source: null });
  });

  it('lends its comments to a copy, under the name of the copy', async () => {
    const { id } = await createYaml(YAML);
    const copy = await fixture.client.request(DuplicateWorkflow, { organisation_id, workflow_id: id });
    const text = YAML.replace('name: Greet', `name: "${copy.name}"`).replace('active', 'draft');
    expect((await textOf(copy.id)).text).toBe(text);
  });
});

describe('a workflow that is saved as JSON', () => {
  it('is given as YAML that makes the same workflow, here and elsewhere', async () => {
    const document = aWorkflow({ description: 'Two\nlines', variables: { a: 'no', b: '012', c: { d: [1.5, null] } } });
    const workflow = await create(document);
    const { text } = await textOf(workflow.id);
    expect(await updateYaml(workflow.id, text)).toEqual({
      ...workflow,
      version: 2,
      updated_at: expect.any(String) as string,
    });
    expect(await textOf(workflow.id)).toEqual({ version: 2, text });
    const { name, description, steps, variables } = await createYaml(text);
    expect(await get(workflow.id)).toMatchObject({ name, description, steps, variables, version: 2 });
  });
});

describe('a workflow whose YAML would be too long to be sent', () => {
  const deep = (levels: number, value: unknown): unknown => (levels === 0 ? value : [deep(levels - 1, value)]);

  it.each([
    ['characters', deep(60, Array(40_000).fill(1))],
    ['bytes', deep(4, Array(60_000).fill('字'))],
  ])('in %s is given as JSON, which is YAML too', async (_what, value) => {
    const workflow = await create({ name: 'Large', steps: [], variables: { value } });
    const { text } = await textOf(workflow.id);
    expect(Buffer.byteLength(text)).toBeLessThan(LIMITS.workflowBodyBytes);
    expect(text.startsWith('{"name":"Large"')).toBe(true);
    expect(await updateYaml(workflow.id, text)).toMatchObject({ version: 2, variables: { value } });
  });
});

describe('a text that is not valid', () => {
  it.each([
    ['created', () => createYaml(BAD), PLACE],
    ['created, without its steps', () => createYaml('\nname: x\n'), { path: 'steps', line: 2, column: 1 }],
    ['created, and is no mapping', () => createYaml('# a\n- b\n'), { path: '', line: 2, column: 1 }],
    ['created, and is none', () => createYaml('name: {{x}}\n'), { code: 'syntax', line: 1, column: 7 }],
    [
      'created, with a name that JSON must not have',
      () => createYaml('__proto__: 1\n'),
      { code: 'not_json', line: 1, column: 1 },
    ],
  ])('is refused with line and column when a workflow is %s', async (_what, call, place) => {
    const error = await failure(call());
    expect(error.code).toBe('INVALID_INPUT');
    expect((error.details as { issues: unknown[] }).issues[0]).toMatchObject(place);
  });

  it('is refused when it changes a workflow, which stays as it is', async () => {
    const workflow = await createYaml(YAML);
    const issues = async (source: string) => (await failure(updateYaml(workflow.id, source))).details?.['issues'];
    expect(await issues(BAD)).toMatchObject([PLACE]);
    // What the text does not name has no place in it.
    await update(workflow.id, { output: '{{hello.output}}' });
    const [problem] = (await issues('# none\nsteps: []\n')) as object[];
    expect(problem).toMatchObject({ path: 'output', code: 'unknown_name' });
    expect(problem).not.toHaveProperty('line');
    expect(await get(workflow.id)).toMatchObject({ version: 2, steps: workflow.steps });
  });

  it('is what a check reports, with the places of warnings too', async () => {
    const check = (source: string) => fixture.client.request(ValidateWorkflow, { organisation_id, source });
    expect(await check(YAML)).toMatchObject({ valid: true, plan: { steps: [{ step_id: 'hello' }] } });
    expect(await check(BAD)).toMatchObject({ valid: false, problems: [PLACE] });
    expect(await check('a: b: c\n')).toMatchObject({ valid: false, problems: [{ code: 'syntax', line: 1 }] });
    const warned = await check(YAML.replace('input.name', 'secrets.no'));
    expect(warned).toMatchObject({ valid: true, warnings: [{ code: 'unknown_secret', line: 8 }] });
  });
});

describe('a draft as YAML', () => {
  it('keeps pins and what it is based on, need not be valid, and is published with its comments', async () => {
    const { id } = await create(aWorkflow());
    const first = await putDraft(id, { source: '# not yet\nsteps: later\n' });
    expect(first).toMatchObject({ document: { steps: 'later' }, source: '# not yet\nsteps: later\n', based_on: 1 });
    await putDraft(id, { document: {}, pins: { hello: 'Hi' }, based_on: 1 });
    expect(await putDraft(id, { source: YAML })).toMatchObject({ pins: { hello: 'Hi' }, based_on: 1, version: 3 });
    const draftText = { organisation_id, workflow_id: id };
    expect(await fixture.client.request(GetWorkflowDraftText, draftText)).toEqual({ version: 3, text: YAML });
    expect(await publish(id)).toMatchObject({ version: 2, name: 'Greet' });
    expect(await versionOf(id, 2)).toMatchObject({ source: YAML });
    expect((await failure(fixture.client.request(GetWorkflowDraftText, draftText))).code).toBe('DRAFT_NOT_FOUND');
  });

  it('is based on the version that there is when it is begun', async () => {
    const { id } = await create(aWorkflow());
    await putDraft(id, { source: YAML });
    await update(id, { description: 'meanwhile' });
    expect(await putDraft(id, { source: `${YAML}# more\n` })).toMatchObject({ based_on: 1 });
    expect((await failure(publish(id))).code).toBe('VERSION_CONFLICT');
  });

  it('that is no YAML, or no mapping, is refused', async () => {
    const { id } = await create(aWorkflow());
    for (const source of ['name: [', '- a', ''])
      expect((await failure(putDraft(id, { source }))).code).toBe('INVALID_INPUT');
  });

  it('with a text that says something else than its document is published without the text', async () => {
    const { id } = await create(aWorkflow());
    for (const source of ['name: Other # typed since\n', 'name: [ # typed since']) {
      await putDraft(id, { document: aWorkflow({ name: source.length.toString() }), source });
      const { version } = await publish(id);
      expect(await versionOf(id, version)).toMatchObject({ source: null });
    }
  });

  it('with a text that is not valid is refused with its places', async () => {
    const { id } = await create(aWorkflow());
    await putDraft(id, { source: BAD });
    expect((await failure(publish(id))).details?.['issues']).toMatchObject([PLACE]);
    const draft = { organisation_id, workflow_id: id };
    await putDraft(id, { document: { name: 'x' } });
    expect((await fixture.client.request(GetWorkflowDraftText, draft)).text).toBe('name: x\n');
  });
});
