import {
  approvalIdOf,
  ENDPOINTS,
  newFileId,
  newId,
  pathParametersOf,
  randomSecret,
  type EndpointDeclaration,
  type ExecutionList,
  type MailboxResource,
  type PathParameter,
  type TokenCreated,
  type WorkflowResource,
} from '@millrace/contracts';
import { ApiClient, type Answer, type Refusal } from './support/api.js';
import { aFile } from './support/files.js';
import { anApproval } from './support/approvals.js';
import { aJob } from './support/jobs.js';
import { eventually } from './support/eventually.js';
import { OTHER_TOKEN } from './support/platform.js';
import { EXAMPLE_STEPS, EXAMPLE_SUBSCRIPTION } from './support/routes.js';
import { subscribed } from './support/subscriptions.js';

/*
 * Nothing of one organisation is there for another. The calls are made from the declarations of the endpoints: one that is added is
 * tried, and one with a parameter that this test has no id for does not compile.
 */

const ours = new ApiClient();
const theirs = new ApiClient(OTHER_TOKEN);

type Ids = Readonly<Record<PathParameter, string>>;

/** Ids of our organisation. */
let existing: Ids;
/** Of the same form, and of nothing. */
const missing: Ids = {
  workflow_id: newId('workflow'),
  version: '999',
  execution_id: newId('execution'),
  webhook_id: `wh_${randomSecret(24)}`,
  index: '99',
  token_id: newId('token'),
  job_id: newId('job'),
  mailbox_id: newId('mailbox'),
  subscription_id: newId('subscription'),
  delivery_id: newId('delivery'),
  organisation_id: newId('organisation'),
  secret_name: 'nobodys_secret',
  variable_name: 'nobodys_variable',
  sender_name: 'nobodys_sender',
  provider_name: 'nobodys_provider',
  path: 'nobodys_step',
  signal_name: 'nobodys_signal',
  approval_id: approvalIdOf(newId('execution'), 'ask', 1),
  link_token: randomSecret(32),
  file_id: newFileId(newId('execution')),
  step_type: 'nobodys_type',
  dead_letter_id: 'dl_999999999',
};

/** Endpoints that make what has the name, in the caller's organisation: names of one say nothing of another's. */
const MAKES_BY_NAME = ['putSecret', 'putVariable', 'putMailSender', 'putAiProvider'];
/** A list of what belongs to an id is empty for one that is not there. */
const LISTS_BY_ID = ['listExecutionsOfWorkflow'];
/** Reached without a token: by an address that nobody can guess, and what is the same for everybody. */
const WITHOUT_TOKEN = ['receiveWebhook', 'getStepSchema', 'showApprovalPage', 'decideOnApprovalPage'];
/** What an organisation has asked for is in its own log, also where it was refused. */
const NAMES_WHAT_WAS_ASKED = ['listAuditLog'];

const CANARY = `canary-${randomSecret(24)}`;

const withIds = ENDPOINTS.filter(({ path }) => pathParametersOf(path).length > 0);
const withoutIds = ENDPOINTS.filter(({ path, access }) => pathParametersOf(path).length === 0 && access !== 'public');
const tried = withIds.filter(({ id }) => ![...MAKES_BY_NAME, ...WITHOUT_TOKEN].includes(id));

beforeAll(async () => {
  const workflow = await ours.create({
    name: CANARY,
    trigger: { type: 'webhook' },
    steps: EXAMPLE_STEPS,
    variables: { note: CANARY },
  });
  const execution = await ours.run(workflow.id, { secret: CANARY });
  const token = await ours.expect<TokenCreated>(201, 'POST', '/tokens', {
    json: { name: CANARY, scopes: ['workflows:read'] },
  });
  const mailbox = await ours.expect<MailboxResource>(201, 'POST', '/mailboxes', {
    json: {
      address: `${CANARY}@example.com`,
      imap: { host: '127.0.0.1', port: 9, user: CANARY, auth: { secret: CANARY } },
    },
  });
  const secret_name = `s_${randomSecret(8)}`;
  const variable_name = `v_${randomSecret(8)}`;
  await ours.expect(200, 'PUT', `/secrets/${secret_name}`, { json: { value: CANARY, description: CANARY } });
  const sender_name = `m_${randomSecret(8)}`;
  const sender = { host: 'smtp.example.com', user: CANARY, password: CANARY, from: `${CANARY}@example.com` };
  await ours.expect(200, 'PUT', `/mail/senders/${sender_name}`, { json: { ...sender, description: CANARY } });
  const provider_name = `p_${randomSecret(8)}`;
  const provider = { type: 'openai', api_key: CANARY, models: [CANARY], aliases: { [`${CANARY}-2`]: CANARY } };
  await ours.expect(200, 'PUT', `/ai/providers/${provider_name}`, { json: { ...provider, description: CANARY } });
  await ours.expect(200, 'PUT', `/variables/${variable_name}`, { json: { value: CANARY } });
  existing = {
    workflow_id: workflow.id,
    version: '1',
    execution_id: execution.id,
    webhook_id: ApiClient.webhookPath(workflow).split('/').at(-1) ?? '',
    index: '0',
    token_id: token.id,
    job_id: await aJob(ours),
    mailbox_id: mailbox.id,
    ...(await subscribed(ours, { ...EXAMPLE_SUBSCRIPTION, description: CANARY })),
    organisation_id: 'org_dev',
    secret_name,
    variable_name,
    sender_name,
    provider_name,
    path: 'each',
    signal_name: 'paid',
    approval_id: await anApproval(ours, CANARY),
    link_token: randomSecret(32),
    file_id: await aFile(ours),
    step_type: 'http',
    dead_letter_id: 'dl_1',
  };
});

/** A call of an endpoint by the other organisation. */
function call(endpoint: EndpointDeclaration, ids: Ids, query = ''): Promise<Answer<Refusal>> {
  const path = endpoint.path.replace('/v1', '').replace(/\{(\w+)\}/g, (_, name: PathParameter) => ids[name]);
  return theirs.call(endpoint.method, path + query, { json: endpoint.body?.example });
}

/** What a caller can see of an answer, without what differs from call to call and the ids that were asked for. */
function visible({ status, headers, body }: Answer<Refusal>, ids: Ids): unknown {
  let text = JSON.stringify(body ?? null);
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(`"${id}"`, `"<${name}>"`);
  const { request_id: _, ...error } = (JSON.parse(text) as Partial<Refusal> | null)?.error ?? { request_id: '' };
  const named = ['etag', 'location', 'content-type', 'link', 'content-range', 'retry-after', 'allow'];
  return {
    status,
    body: body?.error === undefined ? text : error,
    headers: named.map((name) => [name, headers.get(name)]),
  };
}

/** Each set of ids in which at least one is ours and the others are nobody's. */
function mixtures(endpoint: EndpointDeclaration): Ids[] {
  let sets: Ids[] = [missing];
  for (const name of pathParametersOf(endpoint.path))
    sets = sets.flatMap((ids) => [ids, { ...ids, [name]: existing[name] }]);
  return sets.slice(1);
}

/** All that our organisation can read of its own. */
async function oursAsItIs(): Promise<unknown> {
  const { execution_id, provider_name, secret_name, sender_name, token_id, variable_name, workflow_id } = existing;
  const one = async (list: string, member: string, name: string, key: string) => {
    const page = await ours.expect<Record<string, Record<string, unknown>[]>>(200, 'GET', `/${list}?limit=100`);
    return page[member]?.find((entry) => entry[key] === name);
  };
  return {
    workflow: await ours.expect<WorkflowResource>(200, 'GET', `/workflows/${workflow_id}`),
    execution: await ours.execution(execution_id),
    executions: (await ours.executions(`workflow_id=${workflow_id}`)).executions.map(({ id }) => id),
    secret: await one('secrets', 'secrets', secret_name, 'name'),
    variable: await one('variables', 'variables', variable_name, 'name'),
    sender: await ours.expect(200, 'GET', `/mail/senders/${sender_name}`),
    provider: await ours.expect(200, 'GET', `/ai/providers/${provider_name}`),
    token: await one('tokens', 'tokens', token_id, 'id'),
  };
}

test.each(tried.map((endpoint) => [endpoint.id, endpoint] as const))(
  '%s returns the same for an id of another organisation as for one that does not exist',
  async (id, endpoint) => {
    const before = await oursAsItIs();
    const nothing = visible(await call(endpoint, missing), missing) as { status: number };
    // The operator's are closed to every organisation.
    const refused = endpoint.access === 'operator' ? 403 : 404;
    expect([id, nothing.status]).toEqual([id, LISTS_BY_ID.includes(id) ? 200 : refused]);
    for (const ids of mixtures(endpoint)) {
      const answer = await call(endpoint, ids);
      expect([id, visible(answer, ids)]).toEqual([id, nothing]);
      expect(JSON.stringify(answer.body ?? null)).not.toContain(CANARY);
    }
    expect(await oursAsItIs()).toEqual(before);
  },
);

test('what is made under a name that another organisation has too is a thing of its own', async () => {
  const before = await oursAsItIs();
  for (const endpoint of withIds.filter(({ id }) => MAKES_BY_NAME.includes(id))) {
    const answer = await call(endpoint, existing);
    expect([endpoint.id, answer.status, answer.headers.get('etag')]).toEqual([endpoint.id, 200, '"1"']);
    expect(JSON.stringify(answer.body)).not.toContain(CANARY);
    const removal = { ...endpoint, method: 'DELETE', body: undefined } as unknown as EndpointDeclaration;
    expect((await call(removal, existing)).status).toBe(204);
  }
  expect(await oursAsItIs()).toEqual(before);
});

test('no list, and no other call without an id, has anything of another organisation', async () => {
  const before = await oursAsItIs();
  for (const endpoint of withoutIds.filter(({ method }) => method === 'GET')) {
    const answer = await call(endpoint, missing, endpoint.query && 'limit' in endpoint.query.shape ? '?limit=50' : '');
    expect([endpoint.id, answer.status]).toEqual([endpoint.id, endpoint.access === 'operator' ? 403 : 200]);
    const text = JSON.stringify(answer.body);
    expect([endpoint.id, text.includes(CANARY)]).toEqual([endpoint.id, false]);
    if (NAMES_WHAT_WAS_ASKED.includes(endpoint.id)) continue;
    for (const name of [
      'workflow_id',
      'execution_id',
      'token_id',
      'webhook_id',
      'secret_name',
      'variable_name',
      'sender_name',
      'provider_name',
    ] as const)
      expect([endpoint.id, name, text.includes(existing[name])]).toEqual([endpoint.id, name, false]);
  }
  expect(await oursAsItIs()).toEqual(before);
});

test('an id in a query, as a filter or as a cursor, shows nothing of another organisation', async () => {
  // Something of their own: an empty list would hide that a filter is ignored.
  const own = await theirs.create({ name: 'Theirs', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS });
  const { id } = await theirs.run(own.id);
  await eventually('their execution is listed', async () => {
    const { executions } = await theirs.expect<ExecutionList>(200, 'GET', '/executions?limit=100');
    return executions.some((one) => one.id === id) || undefined;
  });
  const filters = ENDPOINTS.flatMap((endpoint) =>
    Object.keys(endpoint.query?.shape ?? {}).flatMap((parameter) =>
      parameter in existing ? [[endpoint, parameter as PathParameter] as const] : [],
    ),
  );
  expect(filters.length).toBeGreaterThan(0);
  for (const [endpoint, parameter] of filters) {
    const [nothing, foreign] = await Promise.all(
      [missing, existing].map((ids) => call(endpoint, missing, `?${parameter}=${ids[parameter]}`)),
    );
    const asked = { ...missing, [parameter]: existing[parameter] };
    expect([endpoint.id, foreign && visible(foreign, asked)]).toEqual([
      endpoint.id,
      nothing && visible(nothing, missing),
    ]);
  }
  const cursors = [
    ['executions', existing.execution_id],
    ['tokens', existing.token_id],
    ['secrets', existing.secret_name],
    ['variables', existing.variable_name],
    ['mail/senders', existing.sender_name],
    ['ai/providers', existing.provider_name],
    ['ai/models', CANARY],
  ];
  for (const [list, cursor] of cursors) {
    const answer = await theirs.call<object>('GET', `/${list}?limit=100&starting_after=${cursor}`);
    expect([list, answer.status]).toEqual([list, 200]);
    for (const text of [CANARY, `"${cursor}"`]) expect(JSON.stringify(answer.body)).not.toContain(text);
  }
});
