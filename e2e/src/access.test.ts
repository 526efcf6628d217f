import type { ExecutionList, MailboxResource, WorkflowList, WorkflowResource } from '@millrace/contracts';
import { ApiClient, type Refusal } from './support/api.js';
import { aFile } from './support/files.js';
import { anApproval } from './support/approvals.js';
import { aJob } from './support/jobs.js';
import { eventually } from './support/eventually.js';
import { houseAccount } from './support/mail-house.js';
import { OTHER_TOKEN, READ_ONLY_TOKEN, readEndpoints } from './support/platform.js';
import { subscribed } from './support/subscriptions.js';
import {
  apiRoutes as routes,
  demoProvider,
  EXAMPLE_MAILBOX,
  EXAMPLE_STEPS,
  EXAMPLE_SUBSCRIPTION,
} from './support/routes.js';

const api = new ApiClient();
const other = new ApiClient(OTHER_TOKEN);
const readOnly = new ApiClient(READ_ONLY_TOKEN);
const steps = EXAMPLE_STEPS;

const webhookOf = (one: WorkflowResource) => ApiClient.webhookPath(one).split('/').at(-1) ?? '';

let workflow: WorkflowResource;
let executionId: string;

beforeAll(async () => {
  workflow = await api.create({ name: 'Ours', trigger: { type: 'webhook' }, steps });
  executionId = (await api.run(workflow.id, { secret: 'ours only' })).id;
});

const refusalOf = async (client: ApiClient, route: { method: string; path: string; json?: unknown }, headers = {}) => {
  const { method, path, json } = route;
  const answer = await client.call<Refusal>(method, path, { json, headers });
  return { status: answer.status, code: answer.body?.error?.code, answer };
};

describe('without a valid token', () => {
  it.each([
    ['no header', {}],
    ['an unknown token', { authorization: 'Bearer mr_not_a_token' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic bWlsbDpyYWNl' }],
    ['a token with a space', { authorization: 'Bearer two words' }],
  ])('every route refuses %s', async (_name, headers) => {
    for (const route of routes(workflow.id, executionId, { webhook_id: webhookOf(workflow) })) {
      const { status, code, answer } = await refusalOf(new ApiClient(null), route, headers);
      expect([route.method, route.path, status, code]).toEqual([route.method, route.path, 401, 'UNAUTHORIZED']);
      expect(answer.body.error.request_id).toBe(answer.headers.get('x-request-id'));
    }
  });

  it('a token in the address or in another header opens nothing', async () => {
    const { token } = readEndpoints();
    const anybody = new ApiClient(null);
    expect((await anybody.call('GET', `/workflows?token=${token}&access_token=${token}`)).status).toBe(401);
    expect((await anybody.call('GET', '/workflows', { headers: { 'x-api-key': token } })).status).toBe(401);
  });
});

describe('a token without the scope', () => {
  it('may do only what its scopes name', async () => {
    const own = await other.create({ name: 'Theirs', trigger: { type: 'webhook' }, steps });
    const ownExecution = (await other.run(own.id)).id;
    await other.expect(200, 'PUT', `/workflows/${own.id}/draft`, { json: { document: {} } });
    const mailbox = await other.expect<MailboxResource>(201, 'POST', '/mailboxes', { json: EXAMPLE_MAILBOX });
    await other.expect(200, 'PUT', '/mail/senders/sender_name', { json: houseAccount() });
    await other.expect(200, 'PUT', '/ai/providers/provider_name', { json: demoProvider() });
    const subscription = await subscribed(other, EXAMPLE_SUBSCRIPTION);
    for (const route of routes(own.id, ownExecution, {
      mailbox_id: mailbox.id,
      approval_id: await anApproval(other),
      job_id: await aJob(other),
      file_id: await aFile(other),
      webhook_id: webhookOf(own),
      ...subscription,
    })) {
      const { status, code, answer } = await refusalOf(readOnly, route);
      if (route.scope.endsWith(':read') || route.scope === 'any_token')
        expect([route.method, route.path, status]).toEqual([route.method, route.path, 200]);
      else {
        expect([route.method, route.path, status, code]).toEqual([route.method, route.path, 403, 'FORBIDDEN']);
        expect(answer.body.error.details).toEqual({ needed_scope: route.scope });
      }
    }
  });
});

describe('another organisation', () => {
  it('gets responses as if our workflows and executions did not exist', async () => {
    for (const route of routes(workflow.id, executionId, { webhook_id: webhookOf(workflow) })) {
      if (!route.path.includes(workflow.id) && !route.path.includes(executionId)) continue;
      const { status, code, answer } = await refusalOf(other, route);
      if (route.path.endsWith('/executions')) {
        // A list may be empty or refuse; it never has our entries.
        expect(JSON.stringify(answer.body)).not.toContain(executionId);
        continue;
      }
      const expected = route.path.includes('executions/') ? 'EXECUTION_NOT_FOUND' : 'WORKFLOW_NOT_FOUND';
      expect([route.method, route.path, status, code]).toEqual([route.method, route.path, 404, expected]);
      expect(JSON.stringify(answer.body)).not.toContain('ours only');
    }
    expect((await api.expect<WorkflowResource>(200, 'GET', `/workflows/${workflow.id}`)).name).toBe('Ours');
  });

  it('lists only its own', async () => {
    const own = await other.create({ name: 'Theirs too', trigger: { type: 'webhook' }, steps });
    const ownExecution = (await other.run(own.id)).id;
    const list = await eventually('its execution is listed', async () => {
      const page = await other.expect<ExecutionList>(200, 'GET', '/executions?limit=100');
      return page.executions.some((execution) => execution.id === ownExecution) ? page : undefined;
    });
    expect(list.executions.map((execution) => execution.id)).not.toContain(executionId);
    const workflows = await other.expect<WorkflowList>(200, 'GET', '/workflows?per_page=100');
    expect(workflows.workflows.map((one) => one.id)).toContain(own.id);
    expect(workflows.workflows.map((one) => one.id)).not.toContain(workflow.id);
    const byCursor = await other.call('GET', `/executions?limit=100&starting_after=${executionId}`);
    expect(JSON.stringify(byCursor.body)).not.toContain(`"${executionId}"`);
    const ofOurs = await other.expect<ExecutionList>(200, 'GET', `/executions?workflow_id=${workflow.id}`);
    expect(ofOurs.executions).toEqual([]);
  });

  it('keeps executions apart from the workflow they do not belong to', async () => {
    const neighbour = await api.create({ name: 'Neighbour', trigger: { type: 'webhook' }, steps });
    const { status, code } = await refusalOf(api, {
      method: 'GET',
      path: `/workflows/${neighbour.id}/executions/${executionId}`,
    });
    expect([status, code]).toEqual([404, 'EXECUTION_NOT_FOUND']);
  });
});
