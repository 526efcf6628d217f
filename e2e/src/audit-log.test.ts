import {
  type AuditEntry,
  type AuditLog,
  type Capabilities,
  type OrganisationResource,
  type SecretList,
  type TokenCreated,
} from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { readEndpoints } from './support/platform.js';

const operator = new ApiClient(readEndpoints().operator_token);
let api: ApiClient;
let organisation: string;

beforeAll(async () => {
  const json = { name: 'Audited' };
  ({ id: organisation } = await operator.expect<OrganisationResource>(201, 'POST', '/organisations', { json }));
  const token = { name: 'First', scopes: ['*'] };
  const path = `/organisations/${organisation}/tokens`;
  api = new ApiClient((await operator.expect<TokenCreated>(201, 'POST', path, { json: token })).token);
});
afterAll(async () => {
  await operator.expect(200, 'PATCH', `/organisations/${organisation}`, { json: { suspended: true } });
  await operator.expect(204, 'DELETE', `/organisations/${organisation}`);
});

const entries = async (query = ''): Promise<AuditEntry[]> =>
  (await api.expect<AuditLog>(200, 'GET', `/audit-log?limit=100${query}`)).entries;
const STEPS = [{ id: 'a', type: 'transform', config: { output: '{{secrets.audited_key}}' } }];

test("an organisation's log begins with what the operator did, and goes on with what its tokens do", async () => {
  const workflow = await api.create({ name: 'Audited', trigger: { type: 'webhook' }, steps: STEPS });
  const path = `/workflows/${workflow.id}`;
  await api.expect(412, 'DELETE', path, { headers: { 'if-match': '"7"' } });
  await api.expect(204, 'DELETE', path, { headers: { 'if-match': '"1"', 'x-request-id': 'the-delete' } });
  const [deleted, refused, created, token, made] = await entries();
  expect(made).toMatchObject({
    actor: { type: 'operator' },
    action: 'create',
    resource: { type: 'organisation', id: organisation },
  });
  expect(token).toMatchObject({ actor: { type: 'operator' }, action: 'create', resource: { type: 'token' } });
  expect(created).toMatchObject({
    actor: { type: 'token', name: 'First' },
    resource: { type: 'workflow', id: workflow.id },
    outcome: 'succeeded',
  });
  expect(refused).toMatchObject({ action: 'delete', outcome: 'failed', error: 'VERSION_CONFLICT', after: null });
  expect(deleted).toMatchObject({
    action: 'delete',
    outcome: 'succeeded',
    request_id: 'the-delete',
    before: created?.after,
    after: null,
  });
  expect((await entries('&actor=operator')).map(({ id }) => id)).toEqual([token?.id, made?.id]);
});

test('a secret says when it was used last, and an execution is not in the log', async () => {
  await api.expect(200, 'PUT', '/secrets/audited_key', { json: { value: 'correct-horse-battery-staple' } });
  const lastUse = async () =>
    (await api.expect<SecretList>(200, 'GET', '/secrets')).secrets.find(({ name }) => name === 'audited_key')
      ?.last_used_at;
  expect(await lastUse()).toBeNull();
  const workflow = await api.create({ name: 'Uses it', trigger: { type: 'webhook' }, steps: STEPS });
  const before = (await entries()).length;
  const { started_at } = await api.run(workflow.id);
  const used = await eventually('its use is reported', async () => (await lastUse()) ?? undefined);
  expect(Date.parse(used)).toBeGreaterThanOrEqual(Date.parse(started_at));
  expect((await entries()).length).toBe(before);
  const capabilities = await api.expect<Capabilities>(200, 'GET', '/capabilities');
  expect(capabilities).toMatchObject({ secrets: ['audited_key'], variables: [], mail_senders: [] });
  expect(capabilities.workflows).toContainEqual({ id: workflow.id, name: 'Uses it' });
});
