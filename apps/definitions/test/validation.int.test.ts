import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AppError,
  CreateWorkflow,
  GetCapabilities,
  LIMITS,
  PutSecret,
  PutVariable,
  ValidateWorkflow,
  type WorkflowValidation,
} from '@millrace/contracts';
import { EXECUTABLE_STEP_TYPES, SERVED_TRIGGER_TYPES } from '@millrace/schema';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { INSTALLATION } from '../src/workflows/installation.js';
import { openFixture, type Fixture } from './definitions.fixture.js';

/** That an organisation may have. */
const WORKFLOWS = 7;

let fixture: Fixture;
let organisation_id: string;

beforeAll(async () => {
  fixture = await openFixture();
  const keys = join(mkdtempSync(join(tmpdir(), 'keys-')), 'master-keys');
  writeFileSync(keys, `first ${randomBytes(32).toString('base64')}\n`);
  await fixture.start({ MILLRACE_MASTER_KEYS_FILE: keys, MILLRACE_WORKFLOWS_PER_ORGANISATION: String(WORKFLOWS) });
}, 180_000);
afterAll(() => fixture.stop());
beforeEach(() => {
  organisation_id = uniqueName('org');
});

const validate = (document: unknown): Promise<WorkflowValidation> =>
  fixture.client.request(ValidateWorkflow, { organisation_id, document });
const stored = async (): Promise<number[]> =>
  Promise.all(
    ['workflows', 'workflow_versions', 'webhook_endpoints'].map((name) =>
      fixture.mongo.collection(name).countDocuments({ organisation_id }),
    ),
  );

it('a valid document has a plan, and nothing of it is stored', async () => {
  const answer = await validate(aWorkflow());
  expect(answer).toMatchObject({ valid: true, problems: [], warnings: [] });
  expect(answer.plan?.steps).toEqual([
    { step_id: 'greet', type: 'transform', parent: null, branch: null, next: [{ step_id: null, on: 'done' }] },
  ]);
  expect(answer.plan?.complete).toBe(true);
  expect(await stored()).toEqual([0, 0, 0]);
});

it('the capabilities name what documents are checked against', async () => {
  await fixture.client.request(PutSecret, { organisation_id, name: 'there', value: 'correct-horse' });
  process.env['MILLRACE_ENV_TEST_REGION'] = 'eu';
  try {
    const answer = await fixture.client.request(GetCapabilities, { organisation_id });
    expect(answer).toEqual({
      step_types: EXECUTABLE_STEP_TYPES,
      trigger_types: SERVED_TRIGGER_TYPES,
      settings: INSTALLATION.settings,
      ignored_step_fields: [],
      secrets: ['there'],
      variables: [],
      env: expect.arrayContaining(['TEST_REGION']),
      mail_senders: [],
      workflows: [],
      limits: {
        workflows: WORKFLOWS,
        workflow_document_bytes: LIMITS.workflowBodyBytes,
        input_bytes: LIMITS.apiBodyBytes,
        step_output_bytes: LIMITS.stepOutputBytes,
        execution_bytes: LIMITS.executionBytes,
      },
      public_url: fixture.environment['MILLRACE_PUBLIC_URL'],
    });
  } finally {
    delete process.env['MILLRACE_ENV_TEST_REGION'];
  }
});

it('lists the names that the document refers to, and which of them are missing', async () => {
  await fixture.client.request(PutSecret, { organisation_id, name: 'there', value: 'correct-horse' });
  await fixture.client.request(PutVariable, { organisation_id, name: 'region', value: 'eu' });
  const { id } = await fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
  const other = await fixture.client.request(CreateWorkflow, {
    organisation_id: uniqueName('org'),
    document: aWorkflow(),
  });
  const output = '{{[secrets.there, secrets.gone, variables.own, variables.region, variables.none, env.NOWHERE]}}';
  const run = (step: string, workflow_id: string) => ({ id: step, type: 'sub_workflow', config: { workflow_id } });
  const answer = await validate({
    name: 'x',
    variables: { own: 1 },
    steps: [{ id: 'a', type: 'transform', config: { output } }, run('b', id), run('c', other.id)],
  });
  expect(answer.valid).toBe(true);
  expect(answer.plan?.refers_to).toEqual({
    secrets: ['gone', 'there'],
    variables: ['none', 'own', 'region'],
    env: ['NOWHERE'],
    workflows: [id, other.id].sort(),
  });
  expect(answer.plan?.missing).toEqual({
    secrets: ['gone'],
    variables: ['none'],
    env: ['NOWHERE'],
    workflows: [other.id],
  });
  expect(answer.warnings.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['unknown_secret', 'unknown_variable', 'unknown_env']),
  );
});

it('problems are those that saving lists, errors and warnings apart', async () => {
  const document = {
    name: '',
    steps: [
      { id: 'a', type: 'nonsense' },
      { id: 'b', type: 'transform', config: { output: '{{secrets.gone}}' } },
    ],
    extra: 1,
  };
  const answer = await validate(document);
  const saving: unknown = await fixture.client
    .request(CreateWorkflow, { organisation_id, document })
    .catch((error: unknown) => error);
  const issues = (saving as AppError).details?.['issues'] as { severity: string }[];
  expect(answer).toMatchObject({ valid: false, plan: null });
  expect([...answer.problems, ...answer.warnings]).toEqual(issues);
  expect(answer.problems.length).toBeGreaterThanOrEqual(3);
  expect(answer.problems.every(({ severity }) => severity === 'error')).toBe(true);
  expect(answer.warnings.every(({ severity }) => severity === 'warning')).toBe(true);
});

it.each([[null], [[]], ['name: x'], [7]])('%j, which is no object, is not valid, and no failure', async (document) => {
  expect(await validate(document)).toMatchObject({ valid: false, problems: [{ code: 'wrong_type', path: '' }] });
});

it('what is too deep or too large is not valid', async () => {
  let deep: unknown = 1;
  for (let level = 0; level < 120; level++) deep = { a: deep };
  expect(await validate(aWorkflow({ variables: { deep } }))).toMatchObject({ problems: [{ code: 'too_deep' }] });
  const large = 'x'.repeat(1_100_000);
  expect(await validate(aWorkflow({ variables: { large } }))).toMatchObject({ problems: [{ code: 'too_large' }] });
});

it('warns of workflows that models may not use as tools, those of other organisations among them', async () => {
  const settings = { tool: { name: 'find_order', description: 'Finds an order' } };
  const create = (document: object, owner = organisation_id) =>
    fixture.client.request(CreateWorkflow, { organisation_id: owner, document });
  const tool = await create(aWorkflow({ settings }));
  const plain = await create(aWorkflow());
  const foreign = await create(aWorkflow({ settings }), uniqueName('org'));
  const tools = [tool, plain, foreign].map(({ id }) => ({ workflow_id: id }));
  const steps = [{ id: 'ask', type: 'ai_completion', config: { prompt: 'Well?', tools } }];
  const { warnings } = await create(aWorkflow({ steps }));
  expect(warnings?.map(({ code, path }) => [code, path])).toEqual([
    ['not_a_tool', 'steps[0].config.tools[1].workflow_id'],
    ['unknown_workflow', 'steps[0].config.tools[2].workflow_id'],
  ]);
});

it('saving warns of workflows that do not exist, and says the same of those of others', async () => {
  const { id } = await fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
  const other = await fixture.client.request(CreateWorkflow, {
    organisation_id: uniqueName('org'),
    document: aWorkflow(),
  });
  const run = (step: string, workflow_id: string) => ({ id: step, type: 'sub_workflow', config: { workflow_id } });
  const document = {
    name: 'x',
    settings: { on_failure_workflow: 'wf_gone' },
    steps: [
      run('a', id),
      run('b', other.id),
      { id: 'ask', type: 'ai_completion', config: { prompt: 'Well?', tools: [{ workflow_id: 'wf_none' }] } },
    ],
  };
  const { warnings } = await fixture.client.request(CreateWorkflow, { organisation_id, document });
  const unknown = warnings?.map(({ code, path, message }) => [code, path, message]);
  expect(unknown).toEqual(
    expect.arrayContaining([
      ['unknown_workflow', 'steps[1].config.workflow_id', `there is no workflow "${other.id}"`],
      ['unknown_workflow', 'steps[2].config.tools[0].workflow_id', 'there is no workflow "wf_none"'],
      ['unknown_workflow', 'settings.on_failure_workflow', 'there is no workflow "wf_gone"'],
    ]),
  );
  expect(unknown).toHaveLength(3);
});

it('code that does not parse is refused, in a document and in a text', async () => {
  const steps = [{ id: 'run', type: 'code', config: { source: 'const a = 1;\nreturn };' } }];
  await expect(
    fixture.client.request(CreateWorkflow, { organisation_id, document: { name: 'x', steps } }),
  ).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: {
      issues: [
        {
          code: 'code_syntax',
          path: 'steps[0].config.source',
          message: 'the code does not parse: Unexpected token (line 2, column 8)',
        },
      ],
    },
  });
  const source = 'name: x\nsteps:\n  - id: run\n    type: code\n    config:\n      source: |\n        return };\n';
  const answer = await fixture.client.request(ValidateWorkflow, { organisation_id, source });
  expect(answer).toMatchObject({ valid: false, problems: [{ code: 'code_syntax', line: 7, column: 16 }] });
});
