import { randomBytes } from 'node:crypto';
import type {
  ApprovalLink,
  ExecutionAccepted,
  ExecutionResource,
  JobAccepted,
  JobResource,
  StepTest,
  WorkflowResource,
} from '@millrace/contracts';
import { EXECUTABLE_STEP_TYPES } from '@millrace/schema';
import { anApproval } from './support/approvals.js';
import { ApiClient, apiBase } from './support/api.js';
import { answersOf, placesOf, tracesOf } from './support/canary.js';
import { call, everyStep, HEADER, stops, transform } from './support/canary-steps.js';
import { CountingService } from './support/counting-service.js';
import { eventually } from './support/eventually.js';
import { everythingKept } from './support/everything-kept.js';
import { LiveClient } from './support/live-client.js';
import { houseAccount } from './support/mail-house.js';
import { readEndpoints } from './support/platform.js';

/*
 * What is around executions: steps that are tried, executions that only test something, those that are started again, streams, approvals,
 * calls of webhooks, and events that are delivered. A unique secret is in all of them, and nothing that they keep, show or send has it.
 */

const api = new ApiClient();
const operator = new ApiClient(readEndpoints().operator_token);
const CANARY = `${randomBytes(12).toString('hex')}/+"ü ${randomBytes(3).toString('hex')}\\`;
/** Where an e-mail goes. */
const ADDRESS = `${randomBytes(14).toString('hex')}@example.com`;
/** Goes with it, and is no secret: what is looked through must have it. */
const VISIBLE = `visible${randomBytes(10).toString('hex')}`;
const BEGAN = new Date();
/** Steps of these types run others, or only wait: they cannot be tried alone. */
const NOT_ALONE = ['loop', 'parallel', 'wait', 'approval', 'sub_workflow'];

let service: CountingService;
let failing: WorkflowResource;
let subscription: string;
/** What was returned and sent, by what was asked. */
const told = new Map<string, string>();
const keep = (what: string, value: unknown) => told.set(`${told.size} ${what}`, JSON.stringify(value));

async function asked<Body>(status: number, method: string, path: string, json?: object): Promise<Body> {
  const body = await api.expect<Body>(status, method, path, json === undefined ? {} : { json });
  keep(`${method} ${path}`, body);
  return body;
}

/** All that is shown of an execution once it has ended, in its stream too. */
async function followed({ execution_id }: ExecutionAccepted): Promise<ExecutionResource> {
  const live = await LiveClient.open(`/executions/${execution_id}/events`);
  const execution = await api.ended(execution_id);
  await live.untilOver();
  keep('stream', live.events);
  for (const [place, text] of await answersOf(api, execution)) told.set(place, text);
  return execution;
}

beforeAll(async () => {
  service = await CountingService.start();
  service.answerWith(({ path, body, headers }) => {
    const [, status] = /status=(\d+)/.exec(path) ?? [];
    return { status: Number(status ?? 200), body: path === '/events' ? {} : { body, key: headers['x-key'], VISIBLE } };
  });
  await api.expect(200, 'PUT', '/mail/senders/house', { json: houseAccount() });
  await api.expect(200, 'PUT', '/secrets/canary', { json: { value: CANARY } });
  await api.expect(200, 'PUT', '/secrets/canary_address', { json: { value: ADDRESS } });
  const events = ['execution.failed', 'execution.completed', 'approval.requested', 'approval.decided'];
  const made = { url: `${service.url}/events`, events };
  subscription = (await api.expect<{ id: string }>(201, 'POST', '/event-subscriptions', { json: made })).id;
  failing = await api.create({
    name: VISIBLE,
    trigger: { type: 'webhook', config: { headers: { 'X-Key': HEADER } } },
    steps: [
      transform('plain', ['{{secrets.canary}}', VISIBLE]),
      call(service.url, 'told', 'told'),
      call(service.url, 'refused', 'refused?status=400'),
    ],
  });
});
afterAll(async () => {
  for (const path of ['/secrets/canary', '/secrets/canary_address', '/mail/senders/house'])
    await api.call('DELETE', path);
  await api.call('DELETE', `/event-subscriptions/${subscription}`);
  await service.stop();
});

it('steps of every type that can be tried are tried', async () => {
  const done = new Set<string>();
  const all = everyStep({ url: service.url, visible: VISIBLE, subWorkflow: failing.id });
  for (const step of [...all, stops()].filter(({ type }) => !NOT_ALONE.includes(type))) {
    const answer = await asked<StepTest>(200, 'POST', '/steps/test', { step, context: {}, effects: true });
    if (answer.status === 'completed' || step.type === 'stop') done.add(step.type);
  }
  expect([...done].sort()).toEqual(EXECUTABLE_STEP_TYPES.filter((type) => !NOT_ALONE.includes(type)).sort());
});

it('a document that is not saved is tried, with a mock that has a form of it', async () => {
  const steps = [
    transform('mocked', 'x'),
    transform('after', ['{{mocked.output}}', '{{secrets.canary}}', VISIBLE]),
    stops(),
  ];
  const mocks = { mocked: VISIBLE };
  const test = { document: { name: 'Tried', steps }, mocks };
  const accepted = await asked<ExecutionAccepted>(202, 'POST', `/workflows/${failing.id}/execute`, { test });
  expect((await followed(accepted)).status).toBe('failed');
});

it('an execution fails, is retried and replayed, alone and with others', async () => {
  const feed = await LiveClient.open('/events');
  await feed.untilPlace();
  const first = await followed(await api.execute(failing.id));
  expect(first.error?.code).toBe('HTTP_STATUS_ERROR');
  const path = `/executions/${first.id}`;
  for (const again of [`${path}/retry`, `${path}/replay`])
    expect((await followed(await asked(202, 'POST', again, {}))).status).toBe('failed');
  await asked(200, 'GET', `${path}/replay-plan`);
  await eventually('all are listed', async () =>
    (await api.executions(`workflow_id=${failing.id}&status=failed&test=false`)).executions.length === 3
      ? true
      : undefined,
  );
  const bulk = { action: 'retry', filter: { workflow_id: failing.id, test: 'false' } };
  const { job_id, matched } = await asked<JobAccepted>(202, 'POST', '/executions/bulk', bulk);
  expect(matched).toBe(3);
  const job = await eventually('the job has ended', async () => {
    const found = await asked<JobResource>(200, 'GET', `/jobs/${job_id}`);
    return found.ended_at === null ? undefined : found;
  });
  for (const { execution_id } of job.results) await followed({ execution_id: execution_id ?? '' } as ExecutionAccepted);
  await feed.untilEvent(({ data }) => JSON.stringify(data).includes(first.id));
  feed.close();
  keep('feed', feed.events);
});

it('people are asked with it in the question, and webhooks are called with a part of it', async () => {
  const approval = await anApproval(api, `Show {{secrets.canary}} and ${VISIBLE}?`);
  await asked(200, 'GET', '/approvals?status=pending&limit=50');
  await asked(200, 'GET', `/approvals/${approval}`);
  const { url } = await asked<ApprovalLink>(201, 'POST', `/approvals/${approval}/links`, { approver: 'a@example.com' });
  keep('page', await (await fetch(url.replace(/^.*\/v1/, apiBase()))).text());
  await asked(200, 'POST', `/approvals/${approval}/decide`, { approved: false, comment: VISIBLE });
  const target = ApiClient.webhookPath(failing);
  const key = encodeURIComponent(CANARY);
  for (const sent of ['wrong', key.slice(0, -1), key])
    keep(target, (await api.call('POST', target, { json: {}, headers: { 'x-key': sent } })).body);
  await asked(200, 'GET', `${target}/calls`);
});

it('nothing of all that has it, nor what subscribers were sent, nor anything that is kept', async () => {
  const delivered = await eventually('the events', () => {
    const bodies = service.callsTo('/events').map(({ body, headers }) => ({ body, headers }));
    const types = bodies.map(({ body }) => (body as { type: string }).type);
    return types.filter((type) => type === 'execution.failed').length > 3 && types.includes('approval.decided')
      ? bodies
      : undefined;
  });
  keep('delivered', delivered);
  await asked(200, 'GET', `/event-subscriptions/${subscription}/deliveries?limit=100`);
  keep('dead letters', (await operator.call('GET', '/dead-letters')).body);
  // It has been where it should be.
  expect(service.callsTo('/told').length).toBeGreaterThan(3);
  expect((service.callsTo('/told')[0]?.body as { key: string }).key).toBe(CANARY);
  const kept = new Map([...(await everythingKept(BEGAN)), ...told]);
  const seen = placesOf(kept, [VISIBLE]).join('\n');
  for (const place of [
    'POST /steps/test',
    'stream',
    'GET /approvals/',
    'page',
    'GET /executions',
    'database',
    'stream: JOURNAL',
  ])
    expect(seen).toContain(place);
  expect(placesOf(kept, tracesOf(CANARY))).toEqual([]);
  expect(placesOf(kept, tracesOf(ADDRESS))).toEqual([]);
});
