import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient, apiBase, type WorkflowDocument } from './support/api.js';
import { readEndpoints } from './support/platform.js';
import { differences, referenceSections } from './support/reference.js';

/*
 * Each curl command of the reference, run by a shell as it is written there, and its answer held against the printed one,
 * member by member. Only the host, the token and the two example ids are replaced, and the comment in the body of the PUT,
 * which is no JSON.
 */

const run = promisify(execFile);
const calls = referenceSections('reference-calls.txt');
const api = new ApiClient();
/** The workflow that the reference prints. */
let printed: WorkflowResource;
/** The same with a step in the place of the AI, which makes the answer that the reference prints. */
let runnable: WorkflowResource;
let executionId: string;

type Replacement = (command: string) => string;
const withIds = (command: string) => command.replace('wf_123456', runnable.id).replace('exec_456789', executionId);
const withToken = (command: string) => command.replace('YOUR_API_TOKEN', readEndpoints().token);

/** Runs the command under a heading of the reference and returns status and body. */
async function curl(
  heading: string,
  ...replacements: Replacement[]
): Promise<{ status: number; body: unknown; documented: unknown }> {
  const call = calls.get(heading);
  if (!call) throw new Error(`the reference has no command under ${heading}`);
  const all = replacements.length > 0 ? replacements : [withToken, withIds];
  const here = all
    .reduce((command, replace) => replace(command), call.text)
    .replace('https://api.meingpt.com/v1', apiBase())
    .replace(/^curl /, `curl -sS -w '\\n%{http_code}' `);
  const { stdout } = await run('bash', ['-c', here]);
  const end = stdout.lastIndexOf('\n');
  const text = stdout.slice(0, end);
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: Number(stdout.slice(end + 1)), body, documented: call.answer };
}

const TICKET = [
  {
    id: 'step_3',
    type: 'transform',
    next: null,
    config: { output: { ticket_id: 'TICKET-12345', response_sent: true } },
  },
  { id: 'step_4', type: 'transform', config: { output: null } },
];

beforeAll(async () => {
  const document = calls.get('Get Workflow Details')?.answer as WorkflowDocument;
  // It is printed without the two steps that its condition leads to.
  printed = await api.create({ ...document, steps: [...document.steps, ...TICKET] });
  const analysed = {
    id: 'step_1',
    type: 'transform',
    config: { output: { urgency: 'high', category: 'order_issue' } },
  };
  runnable = await api.create({ ...document, steps: [analysed, ...document.steps.slice(1), ...TICKET] });
  executionId = (await api.run(runnable.id, { message: 'help' })).id;
});

it('has eight commands, five of them with an answer', () => {
  expect([...calls].map(([heading, { answer }]) => [heading, answer !== undefined])).toEqual([
    ['API Overview', false],
    ['List Workflows', true],
    ['Get Workflow Details', true],
    ['Create Workflow', false],
    ['Update Workflow', false],
    ['Delete Workflow', false],
    ['Execute Workflow', true],
    ['Get Execution Status', true],
  ]);
});

it.each([...calls.keys()].filter((heading) => heading !== 'Update Workflow'))(
  '%s, without a token of ours, is the UNAUTHORIZED of the reference',
  async (heading) => {
    const { status, body } = await curl(heading, withIds);
    expect([status, differences({ error: { code: 'UNAUTHORIZED' } }, body)]).toEqual([401, []]);
  },
);

it.each(['API Overview', 'List Workflows'])('%s returns what the reference prints', async (heading) => {
  const { status, body } = await curl(heading);
  const list = body as { workflows: WorkflowResource[] };
  const ours = { ...list, workflows: list.workflows.filter(({ id }) => id === printed.id) };
  expect([status, differences(calls.get('List Workflows')?.answer, ours)]).toEqual([200, []]);
});

it('Get Workflow Details returns what the reference prints', async () => {
  const { status, body, documented } = await curl('Get Workflow Details', withToken, (command) =>
    command.replace('wf_123456', printed.id),
  );
  expect([status, differences(documented, body)]).toEqual([200, []]);
  expect(body).toMatchObject({
    id: printed.id,
    trigger: { config: { url: expect.stringContaining(`${apiBase()}/webhooks/wh_`) as string } },
  });
});

it('Create Workflow takes the document of the reference and returns it', async () => {
  const { status, body } = await curl('Create Workflow');
  const text = calls.get('Create Workflow')?.text ?? '';
  const sent = JSON.parse(text.slice(text.indexOf("'{") + 1, -1)) as WorkflowDocument;
  expect([status, differences(sent, body)]).toEqual([201, []]);
  expect(body).toMatchObject({ status: 'active', version: 1 });
});

it('Execute Workflow returns what the reference prints, and the input arrives', async () => {
  const { status, body, documented } = await curl('Execute Workflow');
  expect([status, differences(documented, body)]).toEqual([202, []]);
  expect(body).toMatchObject({ workflow_id: runnable.id });
  const ended = await api.ended((body as { execution_id: string }).execution_id);
  expect(ended).toMatchObject({ status: 'completed', output: { ticket_id: 'TICKET-12345', response_sent: true } });
  expect(ended.input).toEqual({
    customer_name: 'John Doe',
    customer_email: 'john@example.com',
    inquiry: 'I need help with my order',
  });
});

it('Get Execution Status returns what the reference prints', async () => {
  const { status, body, documented } = await curl('Get Execution Status');
  expect([status, differences(documented, body)]).toEqual([200, []]);
  expect(body).toMatchObject({ execution_id: executionId, workflow_id: runnable.id });
});

const COMMENT = '// Updated steps configuration';

it('Update Workflow changes what it names, and its comment is reported as no JSON', async () => {
  const asWritten = await curl('Update Workflow');
  expect([asWritten.status, asWritten.body]).toMatchObject([400, { error: { code: 'INVALID_JSON' } }]);
  const changed = {
    id: runnable.id,
    name: 'Updated Workflow Name',
    status: 'active',
    description: runnable.description,
  };
  const without = await curl('Update Workflow', withToken, withIds, (command) => command.replace(COMMENT, ''));
  expect([without.status, without.body]).toMatchObject([200, { ...changed, version: 2, steps: [] }]);
  const step = '{"id": "only", "type": "transform", "config": {"output": "updated"}}';
  const withStep = await curl('Update Workflow', withToken, withIds, (command) => command.replace(COMMENT, step));
  expect([withStep.status, withStep.body]).toMatchObject([200, { ...changed, version: 3, steps: [{ id: 'only' }] }]);
  expect((await api.run(runnable.id)).output).toBe('updated');
});

it('Delete Workflow deletes it, and the error of the reference is the answer from then on', async () => {
  expect(await curl('Delete Workflow')).toMatchObject({ status: 204, body: undefined });
  const answer = await curl('Get Workflow Details');
  const error = referenceSections('reference-components.txt').get('Error Response Format')?.text ?? '';
  const documented = JSON.parse(error.replace('wf_invalid', runnable.id)) as unknown;
  expect([answer.status, differences(documented, answer.body)]).toEqual([404, []]);
});

it.each(['Get Workflow Details', 'Delete Workflow', 'Execute Workflow'])(
  '%s, with the example id as it is printed, finds no workflow',
  async (heading) => {
    const { status, body } = await curl(heading, withToken);
    const error = { code: 'WORKFLOW_NOT_FOUND', message: 'The requested workflow does not exist' };
    expect([status, differences({ error: { ...error, details: { workflow_id: 'wf_123456' } } }, body)]).toEqual([
      404,
      [],
    ]);
  },
);

it('rate limit headers are on authenticated responses', async () => {
  const { headers } = await api.call('GET', '/workflows');
  for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'])
    expect([name, headers.get(name)]).toEqual([name, expect.stringMatching(/^\d+$/)]);
});
