import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type {
  EventDeliveryList,
  EventSubscription,
  EventSubscriptionWithSecret,
  Redelivered,
} from '@millrace/contracts';
import { documentedEvent, FakeHttpServer, type FakeHttpCall } from '@millrace/testing';
import { ApiClient, apiBase } from './support/api.js';
import { eventually } from './support/eventually.js';
import { anOrganisation } from './support/organisations.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/events.md shows is what happens, and events are signed as Standard Webhooks says.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'events.md'), 'utf8');
const blocks = new Map(
  [...page.matchAll(/<!-- run: (\w+) -->\n\n```sh\n([^]*?)```/g)].map(([, name = '', text = '']) => [name, text]),
);
const [, receiving = ''] = /```js\n([^]*?)```/.exec(page) ?? [];
const [, verifying = ''] = /<!-- run: verify -->\n\n```python\n([^]*?)```/.exec(page) ?? [];
const api = new ApiClient();
let receiver: FakeHttpServer;

beforeAll(async () => {
  receiver = await FakeHttpServer.start();
});
afterAll(() => receiver.stop());

/** Runs a command of the page as it is there. */
async function run<Printed>(name: string, variables: Record<string, string>): Promise<Printed> {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...variables };
  const { stdout } = await promisify(execFile)('bash', ['-c', blocks.get(name) ?? 'false'], { env });
  return JSON.parse(stdout) as Printed;
}

/** How a call is signed by a secret. */
function signatureBy(secret: string, { headers, body }: FakeHttpCall): string {
  const hmac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'));
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${hmac.update(content).digest('base64')}`;
}

test('the page has the commands that are run here, and no others', () => {
  const names = ['subscribe', 'rotate', 'test', 'deliveries', 'activate', 'since', 'again'];
  expect([...blocks.keys()]).toEqual(names);
  const fences = (language: string) => page.split(`\n\`\`\`${language}\n`).length - 1;
  const examples = page.split('<!-- example: ').length - 1;
  expect([fences('sh'), fences('js'), fences('python'), fences('json')]).toEqual([names.length, 1, 1, examples]);
});

test('a subscription by the page is notified of an execution, by a signed call', async () => {
  const { secret, ...subscription } = await run<EventSubscriptionWithSecret>('subscribe', {
    RECEIVER: `${receiver.url}/hooks`,
  });
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
  expect(call.headers['webhook-signature']).toBe(signatureBy(secret, call));
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

  // The same in Python.
  const verify = async (webhookSecret: string, body = call.body) => {
    const given = JSON.stringify(JSON.stringify({ body, headers: call.headers, secret: webhookSecret }));
    const checked = `import json\ngiven = json.loads(${given})\nprint(verify(given["body"].encode(), given["headers"], given["secret"]))`;
    return (await promisify(execFile)('python3', ['-c', `${verifying}\n${checked}`])).stdout.trim();
  };
  expect(await verify(secret)).toBe('True');
  expect(await verify(`whsec_${Buffer.alloc(32).toString('base64')}`)).toBe('False');
  expect(await verify(secret, `${call.body} `)).toBe('False');

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

test('after a rotation by the page both secrets sign, and the new one alone signs what has room for one', async () => {
  const { id: ID, secret } = await run<EventSubscriptionWithSecret>('subscribe', { RECEIVER: `${receiver.url}/both` });
  const rotated = await run<EventSubscriptionWithSecret>('rotate', { ID });
  expect(rotated.secret).not.toBe(secret);
  const { delivery_id } = await run<{ delivery_id: string }>('test', { ID });
  const call = await eventually('the test', () => receiver.callsTo('/both')[0]);
  const [first, second, ...others] = String(call.headers['webhook-signature']).split(' ');
  expect([first, second, others]).toEqual([signatureBy(rotated.secret, call), signatureBy(secret, call), []]);
  const plain = createHmac('sha256', rotated.secret).update(call.body).digest('hex');
  expect(call.headers['x-webhook-signature']).toBe(plain);

  // The log has what a receiver checks.
  const path = `/event-subscriptions/${ID}`;
  const attempt = await eventually('the record', async () => {
    const { deliveries } = await api.expect<EventDeliveryList>(200, 'GET', `${path}/deliveries`);
    return deliveries.find(({ id }) => id === delivery_id)?.attempt_log[0];
  });
  const { 'webhook-id': event, 'webhook-signature': signature } = call.headers;
  expect(attempt.request_headers).toMatchObject({ 'webhook-id': event, 'webhook-signature': signature });
  await api.expect(204, 'DELETE', path);
});

test('what a disabled subscription has missed is sent by the commands of the page', async () => {
  receiver.on('/missed', { status: 410 });
  const { id: ID } = await run<EventSubscription>('subscribe', { RECEIVER: `${receiver.url}/missed` });
  const path = `/event-subscriptions/${ID}`;
  await run('test', { ID });
  await eventually('it is disabled', async () => {
    const { status } = await api.expect<EventSubscription>(200, 'GET', path);
    return status === 'disabled' ? status : undefined;
  });
  const workflow = await api.create({ name: 'Missed', steps: [{ id: 'a', type: 'transform', config: { output: 1 } }] });
  const { id: execution } = await api.run(workflow.id);
  const missed = await eventually('the record', async () => {
    const { deliveries } = await run<EventDeliveryList>('deliveries', { ID });
    return deliveries.find(({ request_body }) => request_body.includes(execution));
  });
  const calls = () => receiver.callsTo('/missed').filter(({ headers }) => headers['webhook-id'] === missed.event_id);
  receiver.on('/missed', { status: 200 });
  expect(await run('activate', { ID })).toMatchObject({ id: ID, status: 'active', disabled_reason: null });
  const begun = calls().length;
  const { redelivered } = await run<Redelivered>('since', { ID });
  expect(redelivered).toBeGreaterThan(0);
  await eventually('what was missed', () => (calls().length > begun ? true : undefined));
  expect(calls().at(-1)?.body).toBe(missed.request_body);
  await eventually('its end', async () => {
    const { deliveries } = await api.expect<EventDeliveryList>(200, 'GET', `${path}/deliveries?status=delivered`);
    return deliveries.find(({ id }) => id === missed.id);
  });
  expect(await run('again', { ID, DELIVERY: missed.id })).toMatchObject({ id: missed.id, status: 'pending' });
  await eventually('the same once more', () => (calls().length > begun + 1 ? true : undefined));
  await api.expect(204, 'DELETE', path);
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
