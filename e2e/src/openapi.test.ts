import type {
  JobAccepted,
  ExecutionAccepted,
  MailboxResource,
  TokenCreated,
  WorkflowResource,
} from '@millrace/contracts';
import { ApiDocument } from '@millrace/testing';
import { eventually } from './support/eventually.js';
import { ApiClient } from './support/api.js';
import { aFile } from './support/files.js';
import { anApproval } from './support/approvals.js';
import { aJob } from './support/jobs.js';
import { houseAccount } from './support/mail-house.js';
import { readEndpoints } from './support/platform.js';
import { subscribed } from './support/subscriptions.js';
import { apiRoutes, EXAMPLE_MAILBOX, EXAMPLE_STEPS, EXAMPLE_SUBSCRIPTION } from './support/routes.js';

const api = new ApiClient();
const root = new ApiClient(null, new URL(readEndpoints().api_url).origin);

test('what the platform returns is what its OpenAPI document says', async () => {
  const document = new ApiDocument((await root.call('GET', '/openapi.json')).body);
  const call = async <Body>(method: string, path: string, json?: unknown): Promise<Body> => {
    const answer = await api.call<Body>(method, path, { json });
    const contentType = answer.headers.get('content-type');
    const { status, body } = answer;
    expect(document.problemsOf({ method, path: `/v1${path}`, status, contentType, body })).toEqual([]);
    return body;
  };

  const triggers = [{ type: 'webhook' }, { type: 'schedule', config: { cron: '@yearly' } }];
  const extras = { description: 'What a document may have', variables: { a: 1 }, triggers };
  const workflow = await call<WorkflowResource>('POST', '/workflows', {
    name: 'Ours',
    ...extras,
    steps: EXAMPLE_STEPS,
  });
  const { id } = await call<ExecutionAccepted>('POST', `/workflows/${workflow.id}/execute`, { input: { a: 1 } });
  await api.ended(id);
  // Before it is paused with the other routes.
  await call('POST', `/executions/${id}/replay`, {});
  await call('POST', `/workflows/${workflow.id}/schedules/0/trigger`);
  const [{ config }] = workflow.triggers as [{ config: { url: string } }];
  const webhook_id = config.url.split('/').at(-1) ?? '';
  await call('POST', `/webhooks/${webhook_id}/test`, {});
  const token = await call<TokenCreated>('POST', '/tokens', { name: 'Short-lived', scopes: ['workflows:read'] });
  const mailbox = await call<MailboxResource>('POST', '/mailboxes', EXAMPLE_MAILBOX);
  const others = {
    token_id: token.id,
    mailbox_id: mailbox.id,
    approval_id: await anApproval(api),
    job_id: await aJob(api),
    file_id: await aFile(api),
    webhook_id,
    ...(await subscribed(api, EXAMPLE_SUBSCRIPTION)),
  };
  const routes = apiRoutes(workflow.id, id, others);
  const draft = { document: { name: 'Ours', steps: EXAMPLE_STEPS }, source: 'name: Ours', pins: { answer: 1 } };
  for (const { method, path, json } of routes.filter((route) => route.method !== 'DELETE'))
    await call(method, path, json);

  // Nobody is at the server of the example.
  await call('PUT', '/mail/senders/sender_name', houseAccount());
  await call('GET', '/mail/senders/sender_name');
  await call('POST', '/mail/senders/sender_name/test', { to: 'ada@example.com' });

  // It was not there before the routes made it.
  await call('GET', '/ai/providers/provider_name');

  // The execution of the other routes has ended: nothing of it is left to cancel.
  const pause = [{ id: 'pause', type: 'wait', config: { duration: '1h' } }];
  const waiting = await call<WorkflowResource>('POST', '/workflows', { name: 'Waits', steps: pause });
  const waits = await call<ExecutionAccepted>('POST', `/workflows/${waiting.id}/execute`, {});
  // Only one that has begun can be paused.
  await eventually('it waits', async () => (await api.execution(waits.id)).status === 'waiting' || undefined);
  await call('POST', `/executions/${waits.id}/signals/paid`, { payload: { amount: 12 }, signal_id: 'p-1' });
  await call('POST', `/executions/${waits.id}/pause`, { reason: 'Later' });
  await call('POST', `/executions/${waits.id}/resume`);
  await call('POST', `/executions/${waits.id}/cancel`, { reason: 'Not needed' });

  // The trigger of the other routes has no secret to rotate.
  const signature = { scheme: 'github', secret: '{{secrets.secret_name}}' };
  const signed = { name: 'Signed', trigger: { type: 'webhook', config: { signature } }, steps: EXAMPLE_STEPS };
  const rotated = await call<WorkflowResource>('POST', '/workflows', signed);
  const address = ApiClient.webhookPath(rotated).replace('/webhooks/', '');
  await call('POST', `/workflows/${rotated.id}/webhooks/${address}/rotate-secret`, {});

  // A job that has much to do, of a schedule that starts nothing beside it.
  const trigger = { type: 'schedule', config: { interval: '1s' } };
  const often = { name: 'Often', trigger, steps: [{ id: 'a', type: 'transform', config: { output: 1 } }] };
  const { id: scheduled } = await call<WorkflowResource>('POST', '/workflows', often);
  await call('POST', `/workflows/${scheduled}/schedules/0/pause`);
  const [from, to] = [900, 1].map((seconds) => new Date(Date.now() - seconds * 1_000).toISOString());
  const backfill = `/workflows/${scheduled}/schedules/0/backfill`;
  const { job_id } = await call<JobAccepted>('POST', backfill, { from, to });
  await call('POST', `/jobs/${job_id}/cancel`);

  // A failed execution, one without a step run, refusals.
  const failing = [{ id: 'end', type: 'stop', config: { status: 'failed', message: 'no' } }];
  const other = await call<WorkflowResource>('POST', '/workflows', { name: 'Fails', steps: failing });
  const failed = await call<ExecutionAccepted>('POST', `/workflows/${other.id}/execute`, {});
  await api.ended(failed.id);
  await call('GET', `/executions/${failed.id}`);
  await call('POST', `/executions/${failed.id}/retry`);
  await call('GET', '/executions?status=failed');
  await call('POST', '/workflows', { name: 'No steps' });
  await call('GET', '/executions?limit=0');
  await call('GET', `/workflows/${workflow.id}`);
  // What belongs to a workflow goes before it does. The draft of the examples is based on a version that is not current here.
  await call('PUT', `/workflows/${workflow.id}/draft`, draft);
  await call('POST', `/workflows/${workflow.id}/draft/publish`, {});
  await call('PUT', `/workflows/${workflow.id}/draft`, draft);
  for (const { method, path } of routes.filter((route) => route.method === 'DELETE').reverse())
    await call(method, path);
  const succeeded = [...document.seen].filter((one) => / 20\d$/.test(one));
  expect(succeeded.length).toBe(routes.length);
});

test('the documentation page and its files are served, with nothing from elsewhere', async () => {
  const page = await root.call<string>('GET', '/docs');
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining("'none'")]);
  // What a browser may load, by the policy that it holds the page to, whatever is in its scripts.
  const directives = (page.headers.get('content-security-policy') ?? '').split('; ').map((one) => one.split(' '));
  expect(directives).toContainEqual(['default-src', "'none'"]);
  const sources = new Set(directives.flatMap(([, ...allowed]) => allowed));
  expect([...sources].sort()).toEqual(["'none'", "'self'", "'unsafe-inline'", 'data:']);
  // What it asks for: all of it is of this origin and there.
  const addresses = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
  expect(addresses).toEqual([
    'data:,',
    '/docs/swagger-ui.css',
    '/openapi.json',
    '/docs/swagger-ui-bundle.js',
    '/docs/start.js',
  ]);
  const files = await Promise.all(addresses.slice(1).map((address) => root.call<string>('GET', address)));
  expect(files.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const style = files[0]?.body ?? '';
  const inStyle = [...style.matchAll(/@import|url\(["']?([^)"']*)/g)].map(([, address]) => address?.slice(0, 5));
  expect(inStyle.length).toBeGreaterThan(0);
  expect(inStyle.filter((start) => start !== 'data:')).toEqual([]);
  expect(files[3]?.body).toContain('validatorUrl: null');
  // Nor does the document send it elsewhere; what examples hold is data.
  const isData = (name: string) => name === 'example' || name === 'examples';
  const document = JSON.stringify(files[1]?.body, (name, value: unknown) => (isData(name) ? undefined : value));
  expect(
    [...document.matchAll(/"(?:\$ref|url|externalValue)":"([^"]*)"/g)].filter(([, to]) => !/^[#/]/.test(to ?? '')),
  ).toEqual([]);
});
