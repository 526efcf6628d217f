import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * Each curl command of the reference, run by a shell as it is written there. Only the host, the token and the two
 * example ids are replaced, and the comment in the body of the PUT, which is no JSON.
 */

const run = promisify(execFile);
const commands = new Map(
  readFileSync(join(REPOSITORY, 'e2e/fixtures/reference-curls.txt'), 'utf8')
    .split(/^### /m)
    .slice(1)
    .map((block) => {
      const end = block.indexOf('\n');
      return [block.slice(0, end), block.slice(end + 1)] as const;
    }),
);
const api = new ApiClient();
let workflowId: string;
let executionId: string;

/** Runs the command under a heading of the reference and returns status and body. */
async function curl(
  heading: string,
  change = (command: string) => command,
): Promise<{ status: number; body: unknown }> {
  const command = commands.get(heading);
  if (!command) throw new Error(`the reference has no command under ${heading}`);
  const here = change(command)
    .replace('https://api.meingpt.com/v1', apiBase())
    .replace('YOUR_API_TOKEN', readEndpoints().token)
    .replace('wf_123456', workflowId)
    .replace('exec_456789', executionId)
    .replace(/^curl /, `curl -sS -w '\\n%{http_code}' `);
  const { stdout } = await run('bash', ['-c', here]);
  const end = stdout.lastIndexOf('\n');
  const text = stdout.slice(0, end);
  return { status: Number(stdout.slice(end + 1)), body: text === '' ? undefined : JSON.parse(text) };
}

beforeAll(async () => {
  const workflow = await api.create({
    name: 'Customer Support Automation',
    description: 'Handles customer inquiries',
    trigger: { type: 'webhook' },
    steps: [
      {
        id: 'step_1',
        type: 'transform',
        name: 'Analyze',
        config: { output: { urgency: 'high', category: 'order_issue' } },
      },
      {
        id: 'step_2',
        type: 'condition',
        name: 'Route by Urgency',
        config: { condition: "{{step_1.output.urgency}} == 'high'", true_branch: 'step_3', false_branch: 'step_4' },
      },
      {
        id: 'step_3',
        type: 'transform',
        next: null,
        config: { output: { ticket_id: 'TICKET-12345', response_sent: true } },
      },
      { id: 'step_4', type: 'transform', config: { output: null } },
    ],
    variables: { support_email: 'support@company.com', max_response_time: 300 },
  });
  workflowId = workflow.id;
  executionId = (await api.run(workflowId, { message: 'help' })).id;
});

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const time = expect.stringMatching(TIME) as string;

it('has eight commands, and all of them are run here', () => {
  expect([...commands.keys()]).toEqual([
    'API Overview',
    'List Workflows',
    'Get Workflow Details',
    'Create Workflow',
    'Update Workflow',
    'Delete Workflow',
    'Execute Workflow',
    'Get Execution Status',
  ]);
});

it.each(['API Overview', 'List Workflows'])('%s answers the list in the form of the reference', async (heading) => {
  const { status, body } = await curl(heading);
  expect(status).toBe(200);
  expect(body).toMatchObject({ total: expect.any(Number) as number, page: 1, per_page: 20 });
  const { workflows } = body as { workflows: { id: string }[] };
  expect(workflows.find((workflow) => workflow.id === workflowId)).toMatchObject({
    id: workflowId,
    name: 'Customer Support Automation',
    description: 'Handles customer inquiries',
    status: 'active',
    created_at: time,
    updated_at: time,
    execution_count: expect.any(Number) as number,
  });
});

it('Get Workflow Details returns the document, with the address of the webhook', async () => {
  const { status, body } = await curl('Get Workflow Details');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: workflowId,
    name: 'Customer Support Automation',
    status: 'active',
    trigger: { type: 'webhook', config: { url: expect.stringContaining(`${apiBase()}/webhooks/wh_`) as string } },
    steps: [{ id: 'step_1' }, { id: 'step_2', config: { condition: "{{step_1.output.urgency}} == 'high'" } }, {}, {}],
    variables: { support_email: 'support@company.com', max_response_time: 300 },
  });
});

it('Create Workflow takes the document of the reference', async () => {
  const { status, body } = await curl('Create Workflow');
  expect([status, body]).toMatchObject([
    201,
    { name: 'New Customer Onboarding', status: 'active', steps: [{ type: 'ai_completion' }, { type: 'email' }] },
  ]);
});

it('Execute Workflow reports that it runs', async () => {
  const { status, body } = await curl('Execute Workflow');
  expect(status).toBe(202);
  expect(body).toMatchObject({
    execution_id: expect.stringMatching(/^exec_/) as string,
    status: 'running',
    started_at: time,
    workflow_id: workflowId,
  });
  const ended = await api.ended((body as { execution_id: string }).execution_id);
  expect(ended.input).toEqual({
    customer_name: 'John Doe',
    customer_email: 'john@example.com',
    inquiry: 'I need help with my order',
  });
});

it('Get Execution Status returns steps and output in the form of the reference', async () => {
  const { status, body } = await curl('Get Execution Status');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    execution_id: executionId,
    workflow_id: workflowId,
    status: 'completed',
    started_at: time,
    completed_at: time,
    duration_ms: expect.any(Number) as number,
    output: { ticket_id: 'TICKET-12345', response_sent: true },
  });
  expect((body as { steps: unknown[] }).steps[0]).toMatchObject({
    step_id: 'step_1',
    status: 'completed',
    started_at: time,
    completed_at: time,
    output: { urgency: 'high', category: 'order_issue' },
  });
});

it('Update Workflow changes what it names; with its comment the body is reported as no JSON', async () => {
  const asWritten = await curl('Update Workflow');
  expect([asWritten.status, asWritten.body]).toMatchObject([400, { error: { code: 'INVALID_JSON' } }]);
  const step = '{"id": "only", "type": "transform", "config": {"output": "updated"}}';
  const { status, body } = await curl('Update Workflow', (command) =>
    command.replace('// Updated steps configuration', step),
  );
  expect([status, body]).toMatchObject([
    200,
    {
      id: workflowId,
      name: 'Updated Workflow Name',
      description: 'Handles customer inquiries',
      status: 'active',
      version: 2,
    },
  ]);
  expect((await api.run(workflowId)).output).toBe('updated');
});

it('Delete Workflow deletes it, and the error of the reference is the answer from then on', async () => {
  expect(await curl('Delete Workflow')).toEqual({ status: 204, body: undefined });
  const { status, body } = await curl('Get Workflow Details');
  expect([status, body]).toMatchObject([
    404,
    {
      error: {
        code: 'WORKFLOW_NOT_FOUND',
        message: 'The requested workflow does not exist',
        details: { workflow_id: workflowId },
      },
    },
  ]);
});

it('rate limit headers are on authenticated responses', async () => {
  const { headers } = await api.call('GET', '/workflows');
  for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
    expect([name, Number(headers.get(name))]).toEqual([name, expect.any(Number)]);
    expect(headers.get(name)).toMatch(/^\d+$/);
  }
});

it.each([
  ['webhook', { type: 'webhook', config: { method: 'POST', headers: { 'X-API-Key': '{{secrets.webhook_key}}' } } }],
  ['schedule', { type: 'schedule', config: { cron: '0 9 * * MON-FRI', timezone: 'Europe/Berlin' } }],
  ['email', { type: 'email', config: { address: 'workflow-trigger@company.com', subject_filter: 'Support Request' } }],
])('the %s trigger of the reference is taken', async (_name, trigger) => {
  const steps = [{ id: 'one', type: 'transform', config: { output: 1 } }];
  const created = await api.create({ name: 'Trigger', trigger, steps });
  expect(created['trigger']).toMatchObject(trigger);
});

it('every expression of the reference means what it says', async () => {
  const expressions = {
    arithmetic: '{{step1.output.count + step2.output.count}}',
    strings: '{{input.first_name + " " + input.last_name}}',
    conditional: '{{input.priority == "high" ? "urgent" : "normal"}}',
    length: '{{input.items.length}}',
    item: '{{input.items[0].name}}',
    access: '{{response.data.user.email}}',
    input: '{{input.field_name}}',
    step: '{{step1.output}}',
    variable: '{{variables.var_name}}',
  };
  const workflow = await api.create({
    name: 'Expressions',
    trigger: { type: 'webhook' },
    variables: { var_name: 'of the workflow' },
    steps: [
      { id: 'step1', type: 'transform', config: { output: { count: 2 } } },
      { id: 'step2', type: 'transform', config: { output: { count: 3 } } },
      { id: 'response', type: 'transform', config: { output: { user: { email: 'ada@example.com' } } } },
      { id: 'all', type: 'transform', config: { output: expressions } },
    ],
  });
  const input = {
    first_name: 'Ada',
    last_name: 'Lovelace',
    priority: 'high',
    items: [{ name: 'engine' }],
    field_name: [1],
  };
  expect((await api.run(workflow.id, input)).output).toEqual({
    arithmetic: 5,
    strings: 'Ada Lovelace',
    conditional: 'urgent',
    length: 1,
    item: 'engine',
    access: 'ada@example.com',
    input: [1],
    step: { count: 2 },
    variable: 'of the workflow',
  });
});
