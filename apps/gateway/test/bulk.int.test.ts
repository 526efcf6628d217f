import { CreateJob, LIMITS, MatchExecutions, newId } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startGateway, WORKFLOW, type Answer, type RunningGateway } from './gateway.fixture.js';

let gateway: RunningGateway;
/** In the place of history and `definitions`, which are other processes. */
let others: NatsBus;
/** What they were asked. */
let matched: Record<string, unknown>[];
let created: Record<string, unknown>[];
let ids: string[];

beforeAll(async () => {
  gateway = await startGateway({ apiPerHour: 10_000, executionsPerMinute: 1 });
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  others.connection.subscribe(MatchExecutions.subject, {
    callback: (_, message) => {
      matched.push(message.json());
      message.respond(JSON.stringify({ execution_ids: ids }));
    },
  });
  others.connection.subscribe(CreateJob.subject, {
    callback: (_, message) => {
      const { items, ...question } = message.json<{ items: string[] }>();
      created.push(question);
      const times = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ended_at: null };
      const counts = { total: items.length, done: 0, counts: {}, error: null, results: [] };
      message.respond(
        JSON.stringify({ id: 'job_1', kind: 'bulk', status: 'queued', parameters: {}, ...counts, ...times }),
      );
    },
  });
  await others.connection.flush();
});
beforeEach(() => {
  matched = [];
  created = [];
  ids = [newId('execution'), newId('execution')];
});
afterAll(async () => {
  await others.close();
  await gateway.stop();
});

const send = (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.call('POST', '/v1/executions/bulk', { body: JSON.stringify(body), headers });

it('asks for those that the action is for, or for the statuses that the filter names', async () => {
  const filter = { workflow_id: WORKFLOW, version: 2, label: 'import' };
  for (const action of ['cancel', 'retry', 'replay']) await send({ action, filter, dry_run: true });
  await send({ action: 'cancel', filter: { status: 'failed' }, dry_run: true });
  const limit = LIMITS.bulkExecutions + 1;
  const wanted = { organisation_id: 'org_a', ...filter, limit };
  expect(matched).toEqual([
    { ...wanted, statuses: ['running', 'waiting'] },
    { ...wanted, statuses: ['failed', 'cancelled'] },
    { ...wanted, statuses: ['completed', 'failed', 'cancelled'] },
    { organisation_id: 'org_a', status: 'failed', limit },
  ]);
  expect(created).toEqual([]);
});

it('makes a job of what matches, and takes no start of the minute for it', async () => {
  const filter = { error_code: 'HTTP_STATUS_ERROR' };
  for (let n = 0; n < 2; n++) {
    const { status, body, headers } = await send({ action: 'retry', filter });
    expect([status, body, headers.get('location')]).toEqual([202, { job_id: 'job_1', matched: 2 }, '/v1/jobs/job_1']);
  }
  const parameters = { action: 'retry', filter, requested_by: 'tok_1' };
  expect(created[0]).toEqual({ organisation_id: 'org_a', kind: 'bulk', parameters });
});

it('names the request by its key and body, so that a gateway which died has made no second job', async () => {
  const body = { action: 'retry', filter: {} };
  expect((await send(body, { 'idempotency-key': 'key-1' })).status).toBe(202);
  expect((await send(body, { 'idempotency-key': 'key-2' })).status).toBe(202);
  const keys = created.map(({ request_key }) => request_key);
  expect(keys).toEqual([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)]);
  expect(keys[0]).not.toBe(keys[1]);
});

it('refuses what is too much for one job, and says how to ask for less', async () => {
  ids = Array.from({ length: LIMITS.bulkExecutions + 1 }, () => newId('execution'));
  const { status, body } = await send({ action: 'cancel', filter: {} });
  expect([status, body.error?.code]).toEqual([400, 'INVALID_INPUT']);
  expect(body.error?.message).toContain('"from" and "to"');
  expect(created).toEqual([]);
});

it.each([
  [{ action: 'pause', filter: {} }, 'action'],
  [{ action: 'cancel' }, 'filter'],
  [{ action: 'cancel', filter: { version: 2 } }, 'version'],
  [{ action: 'cancel', filter: { status: 'broken' } }, 'status'],
  [{ action: 'cancel', filter: { statuses: 'failed' } }, 'statuses'],
  [{ action: 'cancel', filter: { from: 'yesterday' } }, 'from'],
] as const)('%j is refused, and names "%s"', async (body, path) => {
  const answer = await send(body);
  expect([answer.status, answer.body.error?.code]).toEqual([400, 'INVALID_INPUT']);
  expect(JSON.stringify(answer.body)).toContain(path);
  expect(matched).toEqual([]);
});
