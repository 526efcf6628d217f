import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventDeliveryList, EventSubscription, EventSubscriptionWithSecret } from '@millrace/contracts';
import { documentedEvent, FakeHttpServer } from '@millrace/testing';
import { ApiClient, apiBase } from './support/api.js';
import { eventually } from './support/eventually.js';
import { anOrganisation } from './support/organisations.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/events.md shows is what happens, and events are signed as Standard Webhooks says.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'events.md'), 'utf8');
const [, script = ''] = /<!-- run: subscribe -->\n\n```sh\n([^]*?)```/.exec(page) ?? [];
const [, receiving = ''] = /```js\n([^]*?)```/.exec(page) ?? [];
const api = new ApiClient();
let receiver: FakeHttpServer;

beforeAll(async () => {
  receiver = await FakeHttpServer.start();
});
afterAll(() => receiver.stop());

test('a subscription by the page is notified of an execution, by a signed call', async () => {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, RECEIVER: `${receiver.url}/hooks` };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
  const { secret, ...subscription } = JSON.parse(stdout) as EventSubscriptionWithSecret;
  const path = `/event-subscriptions/${subscription.id}`;
  expect(await api.expect(200, 'GET', path)).toEqual(subscription);

  const workflow = await api.create({
    name: 'Fails',
    steps: [{ id: 'end', type: 'stop', config: { status: 'failed', message: 'no stock' } }],
  });
  const { execution_id } = await api.execute(workflow.id);
  const call = await eventually('the call', async () =>
    receiver.callsTo('/hooks').find(({ body }) => body.includes(execution_id)),
  );
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = call.headers;
  const hmac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'));
  expect(signature).toBe(`v1,${hmac.update(`${String(id)}.${String(time)}.${call.body}`).digest('base64')}`);
  expect(JSON.parse(call.body)).toMatchObject({
    type: 'execution.failed',
    data: { execution_id, workflow_id: workflow.id, status: 'failed', error: { message: 'no stock' } },
  });

  // The program of the page, of which the receiver's framework gives the body and the headers.
  const given = `const rawBody = ${JSON.stringify(call.body)}; const request = { headers: ${JSON.stringify(call.headers)} };`;
  const program = `${given}\n${receiving}\nconsole.log(JSON.stringify(event));`;
  const unwrap = (webhookSecret: string) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: join(REPOSITORY, 'examples'),
      env: { ...process.env, MILLRACE_EVENTS_SECRET: webhookSecret },
    });
  expect(JSON.parse((await unwrap(secret)).stdout)).toEqual(JSON.parse(call.body));
  await expect(unwrap(`whsec_${Buffer.alloc(32).toString('base64')}`)).rejects.toThrow('WebhookVerificationError');

  const delivery = await eventually('the record', async () => {
    const { deliveries } = await api.expect<EventDeliveryList>(200, 'GET', `${path}/deliveries?status=delivered`);
    return deliveries.find(({ request_body }) => request_body === call.body);
  });
  expect(delivery).toMatchObject({ event_id: call.headers['webhook-id'], attempts: 1 });
  await api.expect(202, 'POST', `${path}/deliveries/${delivery.id}/redeliver`);
  await eventually('the same event again', async () => {
    const again = receiver.calls.filter(({ headers }) => headers['webhook-id'] === delivery.event_id);
    return again.length === 2 ? again : undefined;
  });

  await api.expect(204, 'DELETE', path);
  await api.expect(404, 'GET', `${path}/deliveries`);
});

test('an address that is gone disables its subscription, which a change activates again', async () => {
  receiver.on('/gone', { status: 410 });
  const request = { url: `${receiver.url}/gone`, events: ['execution.completed'] };
  const { id } = await api.expect<EventSubscription>(201, 'POST', '/event-subscriptions', { json: request });
  const path = `/event-subscriptions/${id}`;
  await api.expect(202, 'POST', `${path}/test`);
  const disabled = await eventually('it is disabled', async () => {
    const subscription = await api.expect<EventSubscription>(200, 'GET', path);
    return subscription.status === 'disabled' ? subscription : undefined;
  });
  expect(disabled.disabled_reason).toContain('410');
  const json = { status: 'active' };
  expect(await api.expect(200, 'PATCH', path, { json })).toMatchObject({ status: 'active', disabled_reason: null });
  await api.expect(204, 'DELETE', path);
});

test('what happens to workflows, executions and calls is announced in the form of the page', async () => {
  // Calls that others have refused do not count against this one.
  const own = new ApiClient((await anOrganisation()).token);
  const url = `${receiver.url}/happenings`;
  const events = [
    'execution.started',
    'execution.waiting',
    'workflow.published',
    'workflow.paused',
    'workflow.deleted',
  ];
  const request = { url, events: [...events, 'webhook.refused'] };
  const { id } = await own.expect<EventSubscription>(201, 'POST', '/event-subscriptions', { json: request });
  const create = () =>
    own.create({
      name: 'Waits',
      trigger: { type: 'webhook', config: { headers: { 'X-Key': 'known to the sender' } } },
      steps: [{ id: 'wait', type: 'wait', config: { duration: '30s' } }],
    });
  const workflow = await create();
  const { execution_id } = await own.execute(workflow.id);
  const eventsOf = (type: string) =>
    receiver
      .callsTo('/happenings')
      .map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
      .filter((event) => event.type === type);
  const membersOf = ({ data }: { data: Record<string, unknown> }) => Object.keys(data).sort();
  const documented = (type: string) => Object.keys(documentedEvent(page, type).data).sort();
  await eventually('it waits', () => eventsOf('execution.waiting')[0]);
  await own.expect(200, 'POST', `/workflows/${workflow.id}/pause`);
  await own.expect(204, 'DELETE', `/workflows/${workflow.id}`);
  for (const type of events) {
    const event = await eventually(`the event ${type}`, () => eventsOf(type)[0]);
    expect(membersOf(event)).toEqual(documented(type));
    expect(event.data.workflow_id).toBe(workflow.id);
    if (type.startsWith('execution.')) expect(event.data.execution_id).toBe(execution_id);
  }
  // A refused call may be announced and need not be, each address once in a minute.
  const refused = await eventually(
    'the event webhook.refused',
    async () => {
      const { trigger } = await create();
      const address = new URL((trigger as { config: { url: string } }).config.url).pathname.replace(/^\/v1/, '');
      await own.expect(401, 'POST', address, { json: {} });
      return eventually('it to be announced', () => eventsOf('webhook.refused')[0], { timeoutMs: 10_000 }).catch(
        () => undefined,
      );
    },
    { timeoutMs: 100_000 },
  );
  expect(membersOf(refused)).toEqual(documented('webhook.refused'));
  await own.expect(204, 'DELETE', `/event-subscriptions/${id}`);
});
