import {
  errorsOf,
  LIMITS,
  OrganisationSnapshot,
  UpdateWorkflow,
  workflowEndpoints,
  type ErrorCode,
} from '@millrace/contracts';
import { connectBus, silentLogger } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import {
  OPERATOR_TOKEN,
  READ_ONLY_TOKEN,
  refuse,
  startGateway,
  TOKEN,
  WORKFLOW,
  type RunningGateway,
} from './gateway.fixture.js';

describe('rate limits', () => {
  let gateway: RunningGateway;
  beforeEach(async () => {
    gateway = await startGateway({
      apiPerHour: 20,
      executionsPerMinute: 5,
    });
  });
  afterEach(() => gateway.stop());

  const execute = (): ReturnType<RunningGateway['call']> =>
    gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { body: '{}' });

  it('count exactly, also when calls come at once, and return the state of the limit', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, execute));
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(5);
    const refused = answers.find((answer) => answer.status === 429);
    expect(refused?.body.error).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      details: { kind: 'executions', limit: 5 },
    });
    expect(refused?.headers.get('x-ratelimit-limit')).toBe('5');
    expect(refused?.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused?.headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now());
  });

  it('charge calls that the scopes of their token refuse, but no start for a token that may start nothing', async () => {
    const forbidden = () =>
      gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { token: READ_ONLY_TOKEN, body: '{}' });
    const answers = [];
    for (let index = 0; index < 10; index++) answers.push(await forbidden());
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(403));
    expect(answers.at(-1)?.headers.get('x-ratelimit-remaining')).toBe('10');
    expect((await execute()).status).toBe(202);
    for (let index = 0; index < 9; index++) await forbidden();
    expect((await forbidden()).body.error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', details: { kind: 'api' } });
  });

  const publish = (members: object) =>
    gateway.bus.snapshots.put(
      OrganisationSnapshot,
      { organisation_id: 'org_a' },
      { organisation_id: 'org_a', suspended: false, limits: {}, ...members },
    );

  it("are an organisation's own where it has any, also without Redis", async () => {
    await publish({ limits: { executions_per_minute: 2 } });
    await gateway.redis.kill();
    const answers = [];
    for (let index = 0; index < 3; index++) answers.push((await execute()).status);
    expect(answers).toEqual([202, 202, 429]);
    await publish({});
    expect((await execute()).headers.get('x-ratelimit-limit')).toBe('5');
  });

  it('charge calls of a suspended organisation, which are refused, but no start', async () => {
    await publish({ suspended: true });
    const refused = await execute();
    expect([refused.status, refused.body.error?.code]).toEqual([403, 'ORGANISATION_SUSPENDED']);
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('19');
    await publish({});
    expect((await execute()).headers.get('x-ratelimit-remaining')).toBe('4');
  });

  it('hold for the operator apart, on routes of an organisation too', async () => {
    const answer = await gateway.call('GET', '/v1/workflows', { token: OPERATOR_TOKEN });
    expect([answer.status, answer.body.error?.code]).toEqual([403, 'FORBIDDEN']);
    expect(answer.headers.get('x-ratelimit-limit')).toBe('1000');
    const foreign = await gateway.call('GET', '/v1/organisations', { token: TOKEN });
    expect(foreign.body.error).toMatchObject({ code: 'FORBIDDEN', details: { needed_scope: 'operator' } });
  });

  it('hold per gateway while Redis is away, and are shared again when it is back', async () => {
    await gateway.redis.kill();
    const answers = [];
    for (let index = 0; index < 7; index++) answers.push((await execute()).status);
    expect(answers).toEqual([202, 202, 202, 202, 202, 429, 429]);
    await gateway.redis.restart();
    // The new Redis has counted nothing, this gateway has counted seven: an accepted call is counted there again.
    await waitUntil('Redis to count again', async () => (await execute()).status === 202);
  });

  it('are in every authenticated response', async () => {
    await publish({ limits: { api_calls_per_hour: 1_000 } });
    const owner = await connectBus({ url: gateway.natsUrl, name: 'owner', logger: silentLogger });
    try {
      let code: ErrorCode | null = null;
      owner.connection.subscribe(UpdateWorkflow.subject, {
        callback: (_, message) => {
          if (code) refuse(message, code);
          else message.respond(JSON.stringify(workflowEndpoints.get.answer.example));
        },
      });
      await owner.connection.flush();
      const path = `/v1/workflows/${WORKFLOW}`;
      const seen = new Set<number>();
      let left: number | undefined;
      /** Makes a call that is counted once, as one of the API. */
      const told = async (method: string, to: string, sent: Parameters<RunningGateway['call']>[2] = {}) => {
        const { status, headers } = await gateway.call(method, to, sent);
        const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
          Number(headers.get(`x-ratelimit-${name}`) ?? NaN),
        );
        expect([status, limit, remaining]).toEqual([status, 1_000, left === undefined ? remaining : left - 1]);
        expect(Number(reset)).toBeGreaterThan(0);
        left = remaining;
        seen.add(status);
      };
      await told('PUT', path, { body: '{}' });
      // What whoever has the workflow may refuse it with.
      for (code of errorsOf(workflowEndpoints.put)) await told('PUT', path, { body: '{}' });
      code = null;
      await told('PUT', path, { body: '{' });
      await told('PUT', path, { body: '{}', headers: { 'content-type': 'text/plain' } });
      await told('PUT', path, { body: `"${'a'.repeat(LIMITS.workflowBodyBytes)}"` });
      await told('PUT', path, { body: '{}', headers: { 'if-match': 'yesterday' } });
      await told('PUT', path, { body: '{}', headers: { 'idempotency-key': 'a' } });
      await told('PUT', path, { body: '{"name":"b"}', headers: { 'idempotency-key': 'a' } });
      await told('PUT', path, { token: READ_ONLY_TOKEN, body: '{}' });
      await told('GET', '/v1/workflows/nothing');
      await told('GET', path, { headers: manyHeaders() });
      // Nobody is there who could answer.
      await told('GET', path);
      await publish({ suspended: true, limits: { api_calls_per_hour: 1_000 } });
      await told('GET', path);
      expect([...seen].sort()).toEqual([200, 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503]);
    } finally {
      await owner.close();
    }
  });
});

const manyHeaders = (): Record<string, string> =>
  Object.fromEntries(Array.from({ length: LIMITS.requestHeaders }, (_, number) => [`x-${number}`, '1']));
