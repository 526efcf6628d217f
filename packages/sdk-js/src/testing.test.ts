import { InternalServerError, NotFoundError } from './errors.js';
import { createMockClient, mockError, signWebhook } from './testing.js';

const WORKFLOW = { id: 'wf_1', name: 'Mocked' };

it('responds to what is called by method and path, and keeps the calls', async () => {
  const client = createMockClient({
    'GET /workflows/{id}': WORKFLOW,
    'POST /workflows/{id}/execute': ({ body }) => ({ id: 'exec_1', execution_id: 'exec_1', echoed: body }),
    'DELETE /workflows/{id}': null,
  });
  await expect(client.workflows.get('wf_1')).resolves.toEqual(WORKFLOW);
  const started = await client.workflows.execute('wf_1', { input: { n: 1 } });
  expect(started).toMatchObject({ id: 'exec_1', echoed: { input: { n: 1 } } });
  await client.workflows.delete('wf_1');
  expect(client.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /workflows/wf_1',
    'POST /workflows/wf_1/execute',
    'DELETE /workflows/wf_1',
  ]);
  expect(client.calls[1]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
});

it('hands on the query, and reads pages as the API sends them', async () => {
  const pages = { data: [WORKFLOW], pagination: { page: 1, per_page: 2, total: 1, total_pages: 1 } };
  const client = createMockClient({ 'GET /workflows': { ...pages, workflows: [WORKFLOW] } });
  await client.workflows.list({ per_page: 2 });
  expect(client.calls[0]?.query).toEqual({ per_page: '2' });
});

it('gives errors of the API their types', async () => {
  const client = createMockClient({ 'GET /workflows/{id}': mockError(404, 'WORKFLOW_NOT_FOUND', 'There is none') });
  for (let time = 0; time < 2; time++) {
    const error = await client.workflows.get('wf_2').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  }
});

it('says which answer is missing', async () => {
  const client = createMockClient({ 'GET /workflows/{id}': WORKFLOW });
  const error = await client.executions.get('exec_1').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InternalServerError);
  expect(error).toMatchObject({ status: 501, code: 'MOCK_WITHOUT_ANSWER' });
  expect(String(error)).toContain('GET /executions/exec_1; it has some for GET /workflows/{id}');
});

it('signs as senders do', async () => {
  const signature = await signWebhook('{"a":1}', 's3cret');
  const client = createMockClient({}, { webhookSecret: 's3cret' });
  await expect(client.webhooks.verify({ payload: '{"a":1}', signature })).resolves.toBe(true);
  await expect(client.webhooks.verify({ payload: '{"a":2}', signature })).resolves.toBe(false);
});
