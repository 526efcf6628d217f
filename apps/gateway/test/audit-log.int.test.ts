import {
  BeginAuditEntry,
  CountExecutions,
  ENDPOINTS,
  EndAuditEntry,
  PATH_PARAMETERS,
  pathParametersOf,
  type EndpointDeclaration,
  type ErrorCode,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { Msg } from '@nats-io/transport-node';
import { refuse, startGateway, WORKFLOW, type RunningGateway } from './gateway.fixture.js';

/*
 * Every write is recorded, by the declaration of its endpoint alone. The calls are made from the declarations: one that is added is tried.
 */

let gateway: RunningGateway;
/** In the place of the services that carry out writes. */
let owners: NatsBus;
/** What they were asked since the last call, with the entry of the audit log that the question names. */
let asked: { subject: string; entry: string | undefined }[] = [];
let answer: (message: Msg) => void;

const refusing = (code: ErrorCode) => (message: Msg) => refuse(message, code);

beforeAll(async () => {
  gateway = await startGateway({ apiPerHour: 10_000, trustedProxies: ['127.0.0.1'] });
  owners = await connectBus({ url: gateway.natsUrl, name: 'owners', logger: silentLogger });
  for (const service of ['definitions', 'executor', 'scheduler', 'history', 'webhooks', 'mail'])
    owners.connection.subscribe(`${service}.>`, {
      callback: (_, message) => {
        const { subject } = message;
        if (subject.startsWith('definitions.audit-log.')) return;
        asked.push({ subject, entry: message.headers?.get('Millrace-Audit-Entry') });
        answer(message);
      },
    });
  await owners.connection.flush();
});
beforeEach(() => {
  asked = [];
  answer = refusing('FORBIDDEN');
});
afterAll(async () => {
  await owners.close();
  await gateway.stop();
});

const isWrite = ({ method, access }: EndpointDeclaration): boolean =>
  method !== 'GET' && method !== 'ANY' && access !== 'public';
const isRecorded = ({ audit }: EndpointDeclaration): boolean => audit !== undefined && !('nothing' in audit);

/** Calls an endpoint by its examples; what it records by the way. */
async function call(endpoint: EndpointDeclaration, options: { query?: string; headers?: Record<string, string> } = {}) {
  const from = gateway.auditLog.recorded.length;
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: keyof typeof PATH_PARAMETERS) =>
    name === 'workflow_id' ? WORKFLOW : PATH_PARAMETERS[name].example,
  );
  const body = endpoint.body === undefined ? {} : { body: JSON.stringify(endpoint.body.example) };
  const { headers = {}, query = '' } = options;
  const { status } = await gateway.call(endpoint.method, path + query, { ...body, headers });
  return { status, recorded: gateway.auditLog.recorded.slice(from) };
}

const of = (id: string): EndpointDeclaration => ENDPOINTS.find((endpoint) => endpoint.id === id) as EndpointDeclaration;

test('every endpoint that is no read says what it is recorded as, and no read does', () => {
  expect(ENDPOINTS.filter((endpoint) => isWrite(endpoint) !== (endpoint.audit !== undefined))).toEqual([]);
});

test('what is not recorded are starts, and calls that store nothing', () => {
  const others = ENDPOINTS.filter((endpoint) => isWrite(endpoint) && !isRecorded(endpoint));
  expect(others.map(({ id }) => id).sort()).toEqual([
    'evaluateExpression',
    'executeWorkflow',
    'listenToWebhook',
    'previewSchedule',
    'testWebhook',
    'triggerSchedule',
    'validateWorkflow',
  ]);
});

test.each(ENDPOINTS.filter(isRecorded).map((endpoint) => [endpoint.id, endpoint] as const))(
  '%s is recorded before it is carried out and after it, and its owner learns in which entry',
  async (_, endpoint) => {
    let begunFirst: boolean | undefined;
    answer = (message) => {
      begunFirst ??= gateway.auditLog.recorded.at(-1)?.subject === BeginAuditEntry.subject;
      refuse(message, 'FORBIDDEN');
    };
    const { status, recorded } = await call(endpoint, { headers: { 'x-request-id': endpoint.id } });
    expect(recorded.map(({ subject }) => subject)).toEqual([BeginAuditEntry.subject, EndAuditEntry.subject]);
    const [begun, ended] = recorded;
    const audit = endpoint.audit as { resource: string; action: string; made?: true };
    expect(begun).toMatchObject({
      actor: endpoint.access === 'operator' ? { type: 'operator', id: null } : { type: 'token', id: 'tok_1' },
      action: audit.action,
      resource: { type: audit.resource, id: audit.made ? null : (expect.any(String) as string) },
      request_id: endpoint.id,
    });
    const isNamed = pathParametersOf(endpoint.path).includes('organisation_id');
    const ofOperator = isNamed ? PATH_PARAMETERS.organisation_id.example : null;
    expect(begun?.['organisation_id']).toBe(endpoint.access === 'operator' ? ofOperator : 'org_a');
    expect(ended).toMatchObject({ entry_id: begun?.['entry_id'], error: 'FORBIDDEN' });
    expect([status, begunFirst]).toEqual([403, true]);
    // Numbers of executions are asked for beside a change.
    const writes = asked.filter(({ subject }) => subject !== CountExecutions.subject);
    expect(writes.map(({ entry }) => entry)).toEqual([begun?.['entry_id']]);
  },
);

test('what cannot be recorded is not carried out, and what was carried out gets its response although its outcome cannot be', async () => {
  const variable = of('putVariable');
  gateway.auditLog.away = true;
  expect((await call(variable)).status).toBe(503);
  expect(asked).toEqual([]);
  gateway.auditLog.away = false;
  answer = (message) => {
    gateway.auditLog.away = true;
    message.respond(JSON.stringify(variable.answer.example));
  };
  expect((await call(variable)).status).toBe(200);
  gateway.auditLog.away = false;
});

test('an entry has nothing of a body', async () => {
  for (const endpoint of ENDPOINTS.filter((one) => isRecorded(one) && one.body)) {
    const { recorded } = await call(endpoint);
    const text = JSON.stringify(recorded);
    for (const secret of ['correct-horse', 'another-horse']) expect([endpoint.id, text]).not.toContain(secret);
    expect(text.length).toBeLessThan(1_000);
  }
});

test('what is made has its id when it is there, and an organisation that is made has its own entry', async () => {
  answer = (message) => message.respond(JSON.stringify(of('createWorkflow').answer.example));
  const workflow = await call(of('createWorkflow'));
  expect(workflow.recorded.at(-1)).toMatchObject({ error: null, resource_id: 'wf_01kaxh3v9m0000000000000001' });
  answer = (message) => message.respond(JSON.stringify(of('createOrganisation').answer.example));
  const organisation = await call(of('createOrganisation'));
  const id = 'org_01kaxh3v9m0000000000000001';
  expect(organisation.recorded[0]).toMatchObject({ organisation_id: null });
  expect(organisation.recorded.at(-1)).toMatchObject({ error: null, resource_id: id, made_organisation_id: id });
  const job = of('getJob').answer.example as { id: string };
  answer = (message) => message.respond(JSON.stringify({ ...job, execution_ids: ['exec_01kaxh3v9m0000000000000001'] }));
  expect((await call(of('bulkExecutions'))).recorded.at(-1)).toMatchObject({ error: null, resource_id: job.id });
  // What was there keeps the name by which it was called.
  answer = (message) => message.respond(JSON.stringify(of('putVariable').answer.example));
  expect((await call(of('putVariable'))).recorded.at(-1)).not.toHaveProperty('resource_id');
});

test('what an entry takes is charged to the organisation, and of the operator to nobody', async () => {
  const charged = jest.spyOn(gateway.app.get(StorageQuota), 'charge');
  await call(of('deleteSecret'));
  await call(of('createOrganisation'));
  expect(charged.mock.calls).toEqual([['org_a', 400]]);
  charged.mockRestore();
});

test('a failure that has no code is recorded as what its caller gets', async () => {
  answer = (message) => message.respond('no JSON');
  const { status, recorded } = await call(of('putVariable'));
  expect([status, recorded.at(-1)]).toEqual([500, expect.objectContaining({ error: 'INTERNAL_ERROR' })]);
});

test('a start, a dry run, a repetition and a call that is refused before it is carried out are not recorded', async () => {
  answer = (message) => message.respond(JSON.stringify(of('validateWorkflow').answer.example));
  expect((await call(of('createWorkflow'), { query: '?dry_run=true' })).recorded).toEqual([]);
  expect((await call(of('executeWorkflow'))).recorded).toEqual([]);
  expect((await call(of('createWorkflow'), { query: '?dry_run=perhaps' })).recorded).toEqual([]);
  expect(
    (await call(of('deleteWorkflow'), { headers: { authorization: 'Bearer test-token-that-only-reads' } })).recorded,
  ).toEqual([]);
  answer = (message) => message.respond(JSON.stringify(of('createToken').answer.example));
  const key = { 'idempotency-key': 'once' };
  expect((await call(of('createToken'), { headers: key })).recorded).toHaveLength(2);
  expect((await call(of('createToken'), { headers: key })).recorded).toEqual([]);
});

test('the address is that of the client behind a trusted proxy, and nothing that is no address', async () => {
  const addressOf = async (forwarded: string) =>
    (await call(of('deleteSecret'), { headers: { 'x-forwarded-for': forwarded } })).recorded[0]?.['address'];
  expect(await addressOf('198.51.100.1, 203.0.113.7')).toBe('203.0.113.7');
  expect(await addressOf('2001:db8::7')).toBe('2001:db8::7');
  expect(await addressOf('<script>')).toBeNull();
});
