import type { ExecutionAccepted, WorkflowResource } from '@millrace/contracts';
import { ApiClient, apiBase, type Answer, type Refusal } from './support/api.js';
import { eventually } from './support/eventually.js';
import { anOrganisation } from './support/organisations.js';
import { startReplicas, type Replica } from './support/replicas.js';

/*
 * What holds for an organisation holds over all gateways together: three of them, and three dispatchers of webhooks, get calls at the
 * same time.
 */

const steps = [{ id: 'one', type: 'transform', config: { output: '{{input}}' } }];
let replicas: Replica[];
/** The base address of each gateway. */
let bases: string[];

beforeAll(async () => {
  replicas = await startReplicas(['gateway', 'gateway', 'webhook-dispatcher', 'webhook-dispatcher']);
  const others = replicas.filter(({ name }) => name === 'gateway').map(({ apiUrl }) => apiUrl);
  bases = [apiBase(), ...others];
});
afterAll(() => Promise.all(replicas.map((replica) => replica.stop())));

/** The answers to so many calls at once, in turn to each gateway. */
const atOnce = <Body>(
  token: string | null,
  count: number,
  call: (client: ApiClient, number: number) => Promise<Answer<Body>>,
): Promise<Answer<Body>[]> =>
  Promise.all(
    Array.from({ length: count }, (_, number) => call(new ApiClient(token, bases[number % bases.length]), number)),
  );

/** When the window ends in which a call was counted. */
const endOf = ({ headers }: Answer<unknown>) => headers.get('x-ratelimit-reset') ?? 'it does not say';

/** How many were let through and how many refused, by the end of the window in which they were counted. */
function byWindow(answers: readonly Answer<unknown>[]): { end: string; accepted: number; refused: number }[] {
  return [...new Set(answers.map(endOf))].map((end) => {
    const inIt = answers.filter((answer) => endOf(answer) === end);
    const refused = inIt.filter(({ status }) => status === 429).length;
    return { end, accepted: inIt.length - refused, refused };
  });
}

describe('the limit', () => {
  const LIMIT = 40;
  /** So many that one window at least is full when another begins among them. */
  const CALLS = 3 * LIMIT;
  const wide = { api_calls_per_hour: 100_000, executions_per_minute: 100_000, webhook_calls_per_minute: 100_000 };

  it.each([
    ['of API calls', { api_calls_per_hour: LIMIT }, 200, (client: ApiClient) => client.call('GET', '/schedules')],
    [
      'of executions',
      { executions_per_minute: LIMIT },
      202,
      (client: ApiClient, workflow: WorkflowResource) =>
        client.call('POST', `/workflows/${workflow.id}/execute`, { json: {} }),
    ],
    [
      'of webhook calls',
      { webhook_calls_per_minute: LIMIT },
      202,
      (client: ApiClient, workflow: WorkflowResource) =>
        client.call('POST', ApiClient.webhookPath(workflow), { json: {} }),
    ],
  ] as const)('%s is exact over three gateways', async (_of, limits, status, call) => {
    const { token } = await anOrganisation({ ...wide, ...limits });
    const made = await new ApiClient(token).call<WorkflowResource>('POST', '/workflows', {
      json: { name: 'Limited', trigger: { type: 'webhook' }, steps },
    });
    const answers = await atOnce<unknown>(token, CALLS, (client) => call(client, made.body));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status, 429]));
    const refusals = answers.filter((answer) => answer.status === 429).map(({ body }) => (body as Refusal).error.code);
    expect(new Set(refusals)).toEqual(new Set(['RATE_LIMIT_EXCEEDED']));
    const full = byWindow(answers).filter(({ refused }) => refused > 0);
    expect(full.length).toBeGreaterThan(0);
    // The call that made the workflow was one of the API calls.
    const counted = 'api_calls_per_hour' in limits ? endOf(made) : '';
    expect(full.map(({ accepted }) => accepted)).toEqual(full.map(({ end }) => (end === counted ? LIMIT - 1 : LIMIT)));
  });
});

it('50 starts under one Idempotency-Key, over three gateways at once, are one execution and 50 equal answers', async () => {
  const { token } = await anOrganisation();
  const api = new ApiClient(token);
  const workflow = await api.create({ name: 'Once', trigger: { type: 'webhook' }, steps });
  const path = `/workflows/${workflow.id}/execute`;
  const headers = { 'idempotency-key': 'order 4711' };
  const start = (client: ApiClient, n = 1) =>
    client.call<ExecutionAccepted & Refusal>('POST', path, { json: { input: { n } }, headers });
  const answers = await atOnce(token, 50, (client) => start(client));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(50).fill(202));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') !== 'true')).toHaveLength(1);
  const others = await atOnce(token, 3, (client) => start(client, 2));
  expect(others.map(({ status, body }) => [status, body.error.code])).toEqual(
    Array(3).fill([422, 'IDEMPOTENCY_KEY_REUSED']),
  );
  const { id } = await api.ended(answers[0]?.body.execution_id ?? '');
  // Nothing marks the moment at which a second one would be listed: another execution that ended later is.
  const later = await api.run(workflow.id);
  const listed = await eventually('both are listed', async () => {
    const { executions } = await api.executions(`workflow_id=${workflow.id}`);
    return executions.length > 1 ? executions.map((one) => one.id) : undefined;
  });
  expect(listed.sort()).toEqual([id, later.id].sort());
});

it('50 creations under one Idempotency-Key, over three gateways at once, make one workflow and get 50 equal answers', async () => {
  const { token } = await anOrganisation();
  const document = { name: 'Made once', trigger: { type: 'webhook' }, steps };
  const headers = { 'idempotency-key': 'workflow 4711' };
  const answers = await atOnce(token, 50, (client) =>
    client.call<WorkflowResource>('POST', '/workflows', { json: document, headers }),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(50).fill(201));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') !== 'true')).toHaveLength(1);
  const listed = await new ApiClient(token).call<{ total: number }>('GET', '/workflows');
  expect(listed.body.total).toBe(1);
});
