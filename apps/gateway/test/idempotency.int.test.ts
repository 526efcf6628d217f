import { randomUUID } from 'node:crypto';
import { ActiveSnapshot, executionEndpoints, GetExecution, TokenSnapshot } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import {
  FOREIGN_WORKFLOW,
  OPERATOR_TOKEN,
  READ_ONLY_TOKEN,
  refuse,
  startGateway,
  WORKFLOW,
  type Answer,
  type RunningGateway,
} from './gateway.fixture.js';
import { GatewayProcess } from './gateway-process.js';

const OTHER_TOKEN = 'test-token-of-organisation-b';

let gateway: RunningGateway;
let bus: NatsBus;
beforeEach(async () => {
  gateway = await startGateway({ apiPerHour: 10_000, executionsPerMinute: 100 });
  bus = gateway.bus as NatsBus;
  const value = { token_id: 'tok_2', organisation_id: 'org_b', scopes: ['*'] };
  await bus.snapshots.put(TokenSnapshot, { token_hash: tokenHash(OTHER_TOKEN) }, value);
});
afterEach(() => gateway.stop());

interface Start {
  readonly body?: string;
  readonly token?: string;
  readonly workflow?: string;
}

const execute = (
  key: string,
  { body = '{"input":{"n":1}}', workflow = WORKFLOW, ...rest }: Start = {},
): Promise<Answer> =>
  gateway.call('POST', `/v1/workflows/${workflow}/execute`, { body, headers: { 'idempotency-key': key }, ...rest });

const inStream = async (name: string): Promise<number> => {
  const reply = await bus.connection.request(`$JS.API.STREAM.INFO.${name}`);
  return reply.json<{ state: { messages: number } }>().state.messages;
};
const queued = (): Promise<number> => inStream('RUNS');
/** As an operator may: there is room for so many keys of all organisations. */
const limitKeys = async (max_msgs: number): Promise<void> => {
  const info = await bus.connection.request('$JS.API.STREAM.INFO.KV_idempotency');
  const { config } = info.json<{ config: object }>();
  await bus.connection.request('$JS.API.STREAM.UPDATE.KV_idempotency', JSON.stringify({ ...config, max_msgs }));
};
const replayed = ({ headers }: Answer): boolean => headers.get('idempotency-replayed') === 'true';

describe('a start with an Idempotency-Key', () => {
  it('that is sent 50 times at once starts one execution, and gets 50 equal answers', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => execute(key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter((answer) => !replayed(answer))).toHaveLength(1);
    expect(await queued()).toBe(1);
  });

  it('gets the answer of the first one later, also from another gateway', async () => {
    const first = await execute('order-1');
    const other = await GatewayProcess.start({ natsUrl: gateway.natsUrl, redisUrl: gateway.redis.url });
    const again = await other.execute(WORKFLOW, 'order-1', '{"input":{"n":1}}');
    await other.kill();
    expect(again).toMatchObject({ status: 202, replayed: 'true' });
    expect(again.body).toEqual(first.body);
    expect(await queued()).toBe(1);
  });

  it.each([
    ['another body', { body: '{"input":{"n":2}}' }],
    ['another workflow of the organisation', { workflow: 'wf_01kaxh3v9m0000000000000004' }],
  ])('is refused with %s', async (_what, other) => {
    const workflow = { workflow_id: 'wf_01kaxh3v9m0000000000000004' };
    const value = { ...workflow, organisation_id: 'org_a', version: 1, status: 'active' } as const;
    await bus.snapshots.put(ActiveSnapshot, workflow, value);
    await execute('order-1');
    const refused = await execute('order-1', other);
    expect(refused.status).toBe(422);
    expect(refused.body.error).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await queued()).toBe(1);
  });

  it('is another one for another organisation', async () => {
    const first = await execute('order-1');
    const second = await execute('order-1', { token: OTHER_TOKEN, workflow: FOREIGN_WORKFLOW });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(replayed(second)).toBe(false);
    expect(second.body['id']).not.toBe(first.body['id']);
    expect(await queued()).toBe(2);
  });

  it.each(['', 'k'.repeat(256), 'schlüssel', 'a\tb'])('that is no key is refused: %j', async (key) => {
    const refused = await execute(Buffer.from(key, 'utf8').toString('latin1'));
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [{ path: 'Idempotency-Key' }] },
    });
    expect(await inStream('KV_idempotency')).toBe(0);
  });

  it.each([READ_ONLY_TOKEN, OPERATOR_TOKEN])('is not looked at for who may not start it: %s', async (token) => {
    expect((await execute('k'.repeat(256), { token })).body.error).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('of 255 characters is a key, and is stored nowhere', async () => {
    const key = 'k'.repeat(255);
    expect((await execute(key)).status).toBe(202);
    const reply = await bus.connection.request(
      '$JS.API.STREAM.MSG.GET.KV_idempotency',
      JSON.stringify({ last_by_subj: '$KV.idempotency.>' }),
    );
    const stored = reply.json<{ message: { subject: string; data: string } }>().message;
    expect(stored.subject).toMatch(/^\$KV\.idempotency\.org_a\.[\w-]{43}$/);
    expect(Object.keys(JSON.parse(Buffer.from(stored.data, 'base64').toString()) as object).sort()).toEqual([
      'created_at',
      'execution_id',
      'fingerprint',
    ]);
  });

  it('leaves nothing behind when the start is refused, so that the key can be used again', async () => {
    expect((await execute('order-1', { body: '{"version":0}' })).status).toBe(400);
    expect((await execute('order-1', { workflow: FOREIGN_WORKFLOW })).status).toBe(404);
    expect((await execute('order-1', { body: '{"version":2}' })).status).toBe(404);
    expect(await inStream('KV_idempotency')).toBe(0);
    expect((await execute('order-1')).status).toBe(202);
  });

  it('stores nothing without a key', async () => {
    await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { body: '{}' });
    expect([await inStream('KV_idempotency'), await queued()]).toEqual([0, 1]);
  });

  it('is no further execution of the minute when it repeats one, and a call all the same', async () => {
    const first = await execute('order-1');
    const remaining = ({ headers }: Answer): number => Number(headers.get('x-ratelimit-remaining'));
    expect(remaining(first)).toBe(99);
    const calls = remaining(await execute('order-1'));
    expect(remaining(await execute('order-1'))).toBe(calls - 1);
    expect(remaining(await execute('order-2'))).toBe(98);
  });

  it('that is repeated gets the response of before, although the workflow has been paused since', async () => {
    const { body } = await execute('order-1');
    const paused = { workflow_id: WORKFLOW, organisation_id: 'org_a', version: 3, status: 'paused' } as const;
    await bus.snapshots.put(ActiveSnapshot, { workflow_id: WORKFLOW }, paused);
    // Nobody is there who knows whether it was started.
    expect((await execute('order-1')).status).toBe(503);

    const history = await connectBus({ url: gateway.natsUrl, name: 'owner', logger: silentLogger });
    let known = false;
    history.connection.subscribe(GetExecution.subject, {
      callback: (_, message) => {
        const { execution_id } = message.json<{ execution_id: string }>();
        if (known) message.respond(JSON.stringify({ ...executionEndpoints.get.answer.example, execution_id }));
        else refuse(message, 'EXECUTION_NOT_FOUND');
      },
    });
    await history.connection.flush();
    const refused = await execute('order-1');
    known = true;
    const again = await execute('order-1');
    await history.close();
    expect(refused.body.error).toMatchObject({ code: 'WORKFLOW_PAUSED' });
    expect([again.status, replayed(again), again.body]).toEqual([202, true, body]);
    expect((await execute('order-2')).body.error).toMatchObject({ code: 'WORKFLOW_PAUSED' });
  });

  it('is started once although NATS is restarted between it and its repetition', async () => {
    const first = await execute('order-1');
    await gateway.nats.kill();
    const meanwhile = execute('order-2');
    await gateway.nats.restart();
    await meanwhile.catch(() => undefined);
    const repeat = (key: string): Promise<Answer> =>
      waitUntil(`an answer to ${key}`, async () => {
        const answer = await execute(key);
        return answer.status === 202 ? answer : undefined;
      });
    expect((await repeat('order-1')).body).toEqual(first.body);
    expect((await repeat('order-2')).body).toEqual((await repeat('order-2')).body);
    expect(await queued()).toBe(2);
  });

  it('is started once although NATS is restarted in the middle of 50 of them', async () => {
    const answers = Array.from({ length: 50 }, () => execute('order-1').catch(() => undefined));
    await Promise.race(answers);
    await gateway.nats.kill();
    const later = Array.from({ length: 10 }, () => execute('order-1').catch(() => undefined));
    await gateway.nats.restart();
    const all = await Promise.all([...answers, ...later]);
    const repeated = await waitUntil('an answer', async () => {
      const answer = await execute('order-1');
      return answer.status === 202 ? answer : undefined;
    });
    const accepted = all.filter((answer) => answer?.status === 202);
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(accepted.map((answer) => JSON.stringify(answer?.body)))).toEqual(
      new Set([JSON.stringify(repeated.body)]),
    );
    expect(await queued()).toBe(1);
  });

  const KEYS = { 'order-1': 202, 'order-2': 202, 'order-3': 429 };

  it('takes an organisation that has its share of the keys no further, and others as far as theirs', async () => {
    // With room for six in all, one that has two of them leaves four free, and two are half of those: more than a third.
    await limitKeys(6);
    const answers: Answer[] = [];
    for (const key of Object.keys(KEYS)) answers.push(await execute(key));
    expect(answers.map(({ status }) => status)).toEqual(Object.values(KEYS));
    const refused = answers.at(-1);
    expect(refused?.body.error).toMatchObject({
      code: 'IDEMPOTENCY_KEYS_EXHAUSTED',
      message: expect.stringContaining('24 hours'),
      details: { keys: 2, limit: 2 },
    });
    // When the first of its keys is forgotten.
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(60 * 60);
    expect(replayed(await execute('order-1'))).toBe(true);
    expect(await queued()).toBe(2);

    const other = { token: OTHER_TOKEN, workflow: FOREIGN_WORKFLOW };
    expect((await execute('order-1', other)).status).toBe(202);
    expect(await queued()).toBe(3);
  });

  it('takes it no further over another gateway, which has counted none of them', async () => {
    const other = await GatewayProcess.start({ natsUrl: gateway.natsUrl, redisUrl: gateway.redis.url });
    await limitKeys(6);
    for (const key of ['order-1', 'order-2']) await execute(key);
    const refused = await other.execute(WORKFLOW, 'order-3', '{"input":{"n":1}}');
    await other.kill();
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'IDEMPOTENCY_KEYS_EXHAUSTED' } } });
    expect(await queued()).toBe(2);
  });

  it('takes no more of 50 at once than its share', async () => {
    await limitKeys(41);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => execute(`order-${number}`)));
    const started = answers.filter(({ status }) => status === 202);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 429]));
    expect(started).toHaveLength(13);
    expect(await queued()).toBe(13);
  });
});

describe('a gateway that is killed', () => {
  it.each([
    ['before the key is recorded', '$JS.API.DIRECT.GET.KV_idempotency', 0, 0],
    ['after the key is recorded', 'PUB $KV.idempotency.', 1, 0],
    ['after the start is published', 'PUB runs.', 1, 1],
  ])('%s has the execution started once by whoever repeats the request', async (_when, text, recorded, queuedThen) => {
    const victim = await GatewayProcess.start({ natsUrl: gateway.natsUrl, redisUrl: gateway.redis.url });
    victim.holdAnswersFrom(text);
    const lost = victim.execute(WORKFLOW, 'order-1', '{"input":{"n":1}}').catch(() => 'lost');
    await waitUntil('the step after which it is killed', () => victim.holding);
    const record = (): Promise<number> => inStream('KV_idempotency');
    await waitUntil('what it has stored', async () => (await record()) === recorded && (await queued()) === queuedThen);
    await victim.kill();
    expect(await lost).toBe('lost');
    const answers = await Promise.all([execute('order-1'), execute('order-1')]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(answers.filter(replayed)).toHaveLength(1 + recorded);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(await queued()).toBe(1);
  });
});
