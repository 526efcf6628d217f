import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionResource, WorkflowResource } from '@millrace/contracts';
import { FakeHttpServer } from '@millrace/testing';
import { ApiClient } from './support/api.js';
import { REPOSITORY } from './support/platform.js';
import { CANNOT_RUN_YET, referenceSections } from './support/reference.js';

/*
 * The triggers, step types, expressions and error codes of the reference, as they are printed there. What this installation cannot
 * run yet is in CANNOT_RUN_YET.
 */

type Step = Readonly<{ id: string; type: string; config: Record<string, unknown> }>;

const components = referenceSections('reference-components.txt');
const api = new ApiClient();
const text = (heading: string) => components.get(heading)?.text ?? '';
const json = (heading: string) => JSON.parse(text(heading)) as Step;
const transform = (id: string, output: unknown, more: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...more,
});

/** What saving a document warns of, as `code` and the type that is meant. */
const warningsOf = ({ warnings = [] }: WorkflowResource) =>
  warnings.map((warning) => [warning['code'], /"(\w+)"/.exec(warning.message)?.[1]]);

async function ended(steps: readonly unknown[], input: unknown = {}): Promise<ExecutionResource> {
  const { id } = await api.create({ name: 'Of the reference', trigger: { type: 'webhook' }, steps });
  return api.ended((await api.execute(id, input)).execution_id);
}

const TRIGGERS = ['Webhook Trigger', 'Schedule Trigger', 'Email Trigger'];
const STEPS = ['AI Completion', 'HTTP Request', 'Condition', 'Loop'];

it('is all that the reference prints', () => {
  expect([...components.keys()]).toEqual([
    ...TRIGGERS,
    ...STEPS,
    'Error Response Format',
    'Common Error Codes',
    'Expressions',
  ]);
});

it('each trigger is saved as it is sent; those that nothing serves yet are warned of, and no others', async () => {
  const unserved: unknown[] = [];
  for (const trigger of TRIGGERS.map(json)) {
    const created = await api.create({ name: 'Trigger', trigger, steps: [transform('one', 1)] });
    expect(created['trigger']).toMatchObject(trigger);
    unserved.push(...warningsOf(created).filter(([code]) => code === 'trigger_type_unavailable'));
  }
  expect(unserved.map((warning) => (warning as string[])[1]).sort()).toEqual(CANNOT_RUN_YET.triggers);
});

it('each step type is saved without a warning, and those that reach the outside run without any setting', async () => {
  const email = { id: 'send_email', type: 'email', config: { to: 'a@example.com', subject: 'S', body: 'B' } };
  const steps = [json('AI Completion'), email];
  for (const step of steps) {
    const saved = await api.create({ name: 'Step', steps: [step] });
    expect(warningsOf(saved).filter(([code]) => code === 'step_type_unavailable')).toEqual([]);
    expect((await api.run(saved.id)).status).toBe('completed');
  }
});

it('HTTP Request sends what it says, with the secret in its header', async () => {
  const service = await FakeHttpServer.start();
  await api.expect(200, 'PUT', '/secrets/api_key', { json: { value: 'the key of the reference' } });
  try {
    const step = JSON.parse(text('HTTP Request').replace('https://api.example.com', service.url)) as Step;
    const execution = await ended([transform('previous_step', [1, 2]), step]);
    expect(execution).toMatchObject({ status: 'completed', steps: [{}, { step_id: 'api_call', status: 'completed' }] });
    expect(service.calls).toMatchObject([{ method: 'POST', path: '/endpoint', body: '{"data":[1,2]}' }]);
    expect(service.calls[0]?.headers).toMatchObject({
      authorization: 'Bearer the key of the reference',
      'content-type': expect.stringMatching(/^application\/json/) as string,
    });
  } finally {
    await api.call('DELETE', '/secrets/api_key');
    await service.stop();
  }
});

it.each([
  [0.9, 'high_priority_step'],
  [0.7, 'normal_priority_step'],
])('Condition with a score of %d goes on at %s', async (score, expected) => {
  const execution = await ended([
    transform('ai_step', { score }),
    json('Condition'),
    transform('high_priority_step', 'high_priority_step', { next: null }),
    transform('normal_priority_step', 'normal_priority_step'),
  ]);
  expect(execution).toMatchObject({ status: 'completed', output: expected });
});

it('Loop runs its steps for each item', async () => {
  const execution = await ended([json('Loop')], { items: ['a', 'b'] });
  const asked = (item: string) => expect.stringContaining(`Process item: ${item}`) as string;
  expect(execution).toMatchObject({ status: 'completed', output: [asked('a'), asked('b')] });
});

/** Each expression of the reference, and what it is in the workflow of the test below. */
const EXPRESSIONS: Readonly<Record<string, unknown>> = {
  '{{input.field_name}}': [1],
  '{{step_id.output}}': { of: 'a step' },
  '{{variables.var_name}}': 'of the workflow',
  '{{secrets.secret_name}}': '••••',
  '{{env.VARIABLE}}': 'of the installation',
  '{{step1.output.count + step2.output.count}}': 5,
  '{{input.first_name + " " + input.last_name}}': 'Ada Lovelace',
  '{{input.priority == "high" ? "urgent" : "normal"}}': 'urgent',
  '{{input.items.length}}': 1,
  '{{input.items[0].name}}': 'engine',
  '{{response.data.user.email}}': 'ada@example.com',
};

it('every expression of the reference means what it says', async () => {
  const expressions = text('Expressions').split('\n');
  expect(expressions).toEqual(Object.keys(EXPRESSIONS));
  await api.expect(200, 'PUT', '/secrets/secret_name', { json: { value: 'the secret of the reference' } });
  const workflow = await api.create({
    name: 'Expressions',
    trigger: { type: 'webhook' },
    variables: { var_name: 'of the workflow' },
    steps: [
      transform('step_id', { of: 'a step' }),
      transform('step1', { count: 2 }),
      transform('step2', { count: 3 }),
      transform('response', { user: { email: 'ada@example.com' } }),
      transform('all', expressions),
    ],
  });
  const names = { first_name: 'Ada', last_name: 'Lovelace', priority: 'high' };
  const { output } = await api.run(workflow.id, { ...names, items: [{ name: 'engine' }], field_name: [1] });
  await api.call('DELETE', '/secrets/secret_name');
  expect(output).toEqual(Object.values(EXPRESSIONS));
});

it('every error code of the reference is one of ours, with its meaning', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/errors.md'), 'utf8');
  const codes = text('Common Error Codes')
    .split('\n')
    .map((line) => line.split(' - ')[0]);
  expect(codes).toHaveLength(6);
  expect(codes.filter((code) => !page.includes(`\n| \`${code}\``))).toEqual([]);
});
