import {
  ENDPOINTS,
  pathParametersOf,
  randomSecret,
  type EndpointDeclaration,
  type ExecutionList,
  type PathParameter,
  type WorkflowResource,
} from '@millrace/contracts';
import { ApiClient, type Answer, type Refusal } from './support/api.js';
import { eventually } from './support/eventually.js';
import { idsOf, idsOfNobody, type Ids } from './support/ids-of.js';
import { OTHER_TOKEN } from './support/platform.js';
import { EXAMPLE_STEPS } from './support/routes.js';
import { visible } from './support/visible.js';

/*
 * Nothing of one organisation is there for another. The calls are made from the declarations of the endpoints: one that is added is
 * tried, and one with a parameter that this test has no id for does not compile.
 */

const ours = new ApiClient();
const theirs = new ApiClient(OTHER_TOKEN);

/** Ids of our organisation. */
let existing: Ids;
/** All that it can read of its own, which nothing that the other one does changes. */
let before: unknown;
const missing = idsOfNobody();

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
  existing = await idsOf(ours, CANARY);
  before = await oursAsItIs();
});
afterEach(async () => expect(await oursAsItIs()).toEqual(before));

/** A call of an endpoint by the other organisation. */
function call(endpoint: EndpointDeclaration, ids: Ids, query = ''): Promise<Answer<Refusal>> {
  const path = endpoint.path.replace('/v1', '').replace(/\{(\w+)\}/g, (_, name: PathParameter) => ids[name]);
  return theirs.call(endpoint.method, path + query, { json: endpoint.body?.example });
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
    const nothing = visible(await call(endpoint, missing), missing) as { status: number };
    // The operator's are closed to every organisation.
    const refused = endpoint.access === 'operator' ? 403 : 404;
    expect([id, nothing.status]).toEqual([id, LISTS_BY_ID.includes(id) ? 200 : refused]);
    for (const ids of mixtures(endpoint)) {
      const answer = await call(endpoint, ids);
      expect([id, visible(answer, ids)]).toEqual([id, nothing]);
      expect(JSON.stringify(answer.body ?? null)).not.toContain(CANARY);
    }
  },
);

test('what is made under a name that another organisation has too is a thing of its own', async () => {
  const makers = withIds.filter(({ id }) => MAKES_BY_NAME.includes(id));
  expect(makers).toHaveLength(MAKES_BY_NAME.length);
  for (const endpoint of makers) {
    const answer = await call(endpoint, existing);
    expect([endpoint.id, answer.status, answer.headers.get('etag')]).toEqual([endpoint.id, 200, '"1"']);
    expect(JSON.stringify(answer.body)).not.toContain(CANARY);
    const removal = { ...endpoint, method: 'DELETE', body: undefined } as unknown as EndpointDeclaration;
    expect((await call(removal, existing)).status).toBe(204);
  }
});

test('no list, and no other call without an id, has anything of another organisation', async () => {
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
