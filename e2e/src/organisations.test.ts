import { newId, type Account, type OrganisationResource, type TokenCreated } from '@millrace/contracts';
import { ApiClient, type Refusal } from './support/api.js';
import { eventually } from './support/eventually.js';
import { anOrganisation } from './support/organisations.js';
import { pageOf } from './support/page.js';
import { readEndpoints } from './support/platform.js';
import { startReplicas, type Replica } from './support/replicas.js';
import { EXAMPLE_STEPS } from './support/routes.js';

const operator = new ApiClient(readEndpoints().operator_token);
let second: Replica;

beforeAll(async () => {
  [second] = (await startReplicas(['gateway'])) as [Replica];
});
afterAll(() => second.stop());

/** What both gateways answer to a call with the token. */
async function codes(token: string): Promise<(string | undefined)[]> {
  const clients = [new ApiClient(token), new ApiClient(token, second.apiUrl)];
  const answers = await Promise.all(clients.map((client) => client.call<Refusal | undefined>('GET', '/me')));
  return answers.map(({ status, body }) => body?.error?.code ?? String(status));
}

const both = (token: string, code: string) =>
  eventually(`both gateways answer ${code}`, async () => {
    const found = await codes(token);
    return found.every((one) => one === code) || undefined;
  });

test('the commands of docs/organisations.md make an organisation and its first token', async () => {
  const page = pageOf('organisations');
  const OPERATOR_TOKEN = readEndpoints().operator_token;
  const made = JSON.parse(await page.run('create', { OPERATOR_TOKEN })) as OrganisationResource;
  const { token } = JSON.parse(await page.run('token', { OPERATOR_TOKEN, ID: made.id })) as TokenCreated;
  const me = await new ApiClient(token).expect<Account>(200, 'GET', '/me');
  expect(me).toMatchObject({ organisation: { id: made.id, name: 'Acme' }, limits: { api_calls_per_hour: 5_000 } });
  expect(page.names).toEqual(['create', 'token']);
});

test('an organisation works by its own limits, is refused everywhere while it is suspended, and what runs ends', async () => {
  const { id, token } = await anOrganisation({ api_calls_per_hour: 7_777 });
  const own = new ApiClient(token);
  expect((await own.expect<Account>(200, 'GET', '/me')).limits.api_calls_per_hour).toBe(7_777);
  const webhook = await own.create({ name: 'Hook', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS });
  const path = ApiClient.webhookPath(webhook);
  const anybody = new ApiClient(null);
  await anybody.expect(202, 'POST', path, { json: {} });
  const waiting = await own.create({
    name: 'Waits',
    trigger: { type: 'webhook' },
    steps: [{ id: 'pause', type: 'wait', config: { duration: '3s' } }],
  });
  const { execution_id } = await own.execute(waiting.id);

  const suspended = { json: { suspended: true } };
  await operator.expect(200, 'PATCH', `/organisations/${id}`, suspended);
  await both(token, 'ORGANISATION_SUSPENDED');
  await eventually('its webhook refuses', async () => {
    const { status, body } = await anybody.call<Refusal>('POST', path, { json: {} });
    return (status === 403 && body.error.code === 'ORGANISATION_SUSPENDED') || undefined;
  });
  await operator.expect(200, 'PATCH', `/organisations/${id}`, { json: { suspended: false } });
  await both(token, '200');
  expect((await own.ended(execution_id)).status).toBe('completed');
});

test('only a suspended organisation is deleted; then its tokens work nowhere, and it is not there a second time', async () => {
  const { id, token } = await anOrganisation();
  const own = new ApiClient(token);
  const workflow = await own.create({ name: 'Gone', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS });
  const refused = await operator.expect<Refusal>(409, 'DELETE', `/organisations/${id}`);
  expect(refused.error.code).toBe('ORGANISATION_NOT_SUSPENDED');
  await operator.expect(200, 'PATCH', `/organisations/${id}`, { json: { suspended: true } });
  await operator.expect(204, 'DELETE', `/organisations/${id}`);
  await both(token, 'UNAUTHORIZED');
  for (const method of ['GET', 'DELETE']) await operator.expect(404, method, `/organisations/${id}`);
  const gone = await eventually('its webhook is gone', async () => {
    const { status } = await new ApiClient(null).call('POST', ApiClient.webhookPath(workflow), { json: {} });
    return status === 404 || undefined;
  });
  expect(gone).toBe(true);
});

test("the operator's token opens nothing of an organisation, and no organisation's token opens what is the operator's", async () => {
  for (const [method, path] of [
    ['GET', '/workflows'],
    ['GET', '/me'],
    ['POST', '/tokens'],
  ] as const) {
    const { error } = await operator.expect<Refusal>(403, method, path, { json: method === 'POST' ? {} : undefined });
    expect(error.code).toBe('FORBIDDEN');
  }
  const { error } = await new ApiClient().expect<Refusal>(403, 'POST', '/organisations', { json: { name: 'Mine' } });
  expect(error.details).toEqual({ needed_scope: 'operator' });
  await operator.expect(404, 'GET', `/organisations/${newId('organisation')}`);
  expect((await operator.expect<Refusal>(409, 'DELETE', '/organisations/org_dev')).error.code).toBe(
    'ORGANISATION_NOT_SUSPENDED',
  );
});
