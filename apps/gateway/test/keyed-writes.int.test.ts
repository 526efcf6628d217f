import { randomBytes } from 'node:crypto';
import {
  AddCredits,
  CreateOrganisation,
  CreateToken,
  CreateWorkflow,
  organisationEndpoints,
  PatchWorkflow,
  UpdateWorkflow,
  workflowEndpoints,
} from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { refuse, TOKEN, WORKFLOW, type Answer } from './gateway.fixture.js';
import { GatewayProcess } from './gateway-process.js';
import { BODY, codeOf, CREATED, KeyedCalls, OTHER_TOKEN, replayed } from './keyed-writes.fixture.js';

let calls: KeyedCalls;

describe('a write with an Idempotency-Key', () => {
  beforeAll(async () => {
    calls = await KeyedCalls.begin();
  });
  afterEach(() => calls.forget());
  afterAll(() => calls.end());

  it('is carried out once, and a repetition gets its answer, from another gateway too', async () => {
    await calls.answerWith(CreateToken, CREATED);
    const first = await calls.makeToken('key-1');
    const again = await calls.makeToken('key-1');
    expect([first.status, replayed(first), first.body['token']]).toEqual([201, false, CREATED.token]);
    expect([again.status, replayed(again), again.body]).toEqual([201, true, first.body]);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    const other = await GatewayProcess.start({ natsUrl: calls.gateway.natsUrl, redisUrl: calls.gateway.redis.url });
    expect(await other.write('/v1/tokens', 'key-1', BODY)).toMatchObject({ status: 201, replayed: 'true' });
    await other.kill();
    expect(calls.asked).toBe(1);
  });

  it('that is sent 50 times at once is carried out once, and gets 50 equal answers', async () => {
    await calls.onQuestion(CreateToken, (message) => setTimeout(() => message.respond(JSON.stringify(CREATED)), 200));
    const answers = await Promise.all(Array.from({ length: 50 }, () => calls.makeToken('key-1')));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body])))).toEqual(
      new Set([JSON.stringify([201, answers[0]?.body])]),
    );
    expect(answers.filter((answer) => !replayed(answer))).toHaveLength(1);
    expect(calls.asked).toBe(1);
  });

  it('that is sent 50 times at once over two gateways is carried out once, and gets 50 equal answers', async () => {
    const other = await GatewayProcess.start({ natsUrl: calls.gateway.natsUrl, redisUrl: calls.gateway.redis.url });
    await calls.onQuestion(CreateToken, (message) => setTimeout(() => message.respond(JSON.stringify(CREATED)), 500));
    const twins = Array.from({ length: 50 }, (_, n) =>
      n % 2 === 0 ? calls.makeToken('key-1') : other.write('/v1/tokens', 'key-1', BODY),
    );
    const answers = await Promise.all(twins);
    await other.kill();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(calls.asked).toBe(1);
  });

  it('that is refused while 50 twins wait is refused to each of them', async () => {
    await calls.onQuestion(CreateToken, (message) => refuse(message, 'QUOTA_EXCEEDED'));
    const answers = await Promise.all(Array.from({ length: 50 }, () => calls.makeToken('key-1')));
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['QUOTA_EXCEEDED']));
  });

  it('is refused when it is another request, and needs another key', async () => {
    await calls.answerWith(CreateToken, CREATED);
    await calls.makeToken('key-1');
    expect(codeOf(await calls.makeToken('key-1', { name: 'Other' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    const start = await calls.gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, {
      headers: { 'idempotency-key': 'key-1' },
    });
    expect(codeOf(start)).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await calls.makeToken('key-2', { name: 'Other' })).status).toBe(201);
    expect(calls.asked).toBe(2);
  });

  it.each([
    ['another method', { method: 'PATCH' }],
    ['another query', { path: `/v1/workflows/${WORKFLOW}?other=1` }],
    ['another version that it requires', { version: '"2"' }],
  ])('is another request with %s', async (_what, other) => {
    for (const request of [UpdateWorkflow, PatchWorkflow])
      await calls.answerWith(request, workflowEndpoints.get.answer.example);
    const change = ({ method = 'PUT', path = `/v1/workflows/${WORKFLOW}`, version = '"1"' } = {}): Promise<Answer> =>
      calls.gateway.call(method, path, { body: '{}', headers: { 'idempotency-key': 'key-1', 'if-match': version } });
    expect((await change()).status).toBe(200);
    expect(codeOf(await change(other))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(replayed(await change())).toBe(true);
    expect(calls.asked).toBe(1);
  });

  it.each(['QUOTA_EXCEEDED', 'FORBIDDEN', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'] as const)(
    'that was refused with %s leaves its key free, for any request',
    async (code) => {
      let isRefused = true;
      await calls.onQuestion(CreateToken, (message) =>
        isRefused ? refuse(message, code) : message.respond(JSON.stringify(CREATED)),
      );
      expect(codeOf(await calls.makeToken('key-1'))).toBe(code);
      isRefused = false;
      const second = await calls.makeToken('key-1', { name: 'Other' });
      expect([second.status, replayed(second)]).toEqual([201, false]);
      expect(replayed(await calls.makeToken('key-1', { name: 'Other' }))).toBe(true);
      expect(calls.asked).toBe(2);
    },
  );

  it('that was refused leaves its key free for the start of an execution too', async () => {
    await calls.onQuestion(CreateToken, (message) => refuse(message, 'QUOTA_EXCEEDED'));
    await calls.makeToken('key-1');
    const start = (): Promise<Answer> =>
      calls.gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { headers: { 'idempotency-key': 'key-1' } });
    const first = await start();
    expect([first.status, replayed(first)]).toEqual([202, false]);
    expect((await start()).body).toEqual(first.body);
  });

  it('is not begun when its body is refused', async () => {
    expect((await calls.makeToken('key-1', { name: '' })).status).toBe(400);
    const reply = await calls.owner.connection.request('$JS.API.STREAM.INFO.KV_idempotency');
    expect(reply.json<{ state: { messages: number } }>().state.messages).toBe(0);
  });

  it('leaves nothing of its answer where somebody could read it, and gives it to no other token', async () => {
    await calls.answerWith(CreateToken, CREATED);
    await calls.makeToken('key-1');
    const bytes = await calls.stored();
    const record = JSON.parse(bytes) as { answer: string };
    for (const text of [bytes, Buffer.from(record.answer, 'base64').toString('latin1')])
      for (const secret of [CREATED.token, TOKEN, 'key-1', CREATED.id]) expect(text).not.toContain(secret);
    const refused = await calls.makeToken('key-1', { token: OTHER_TOKEN });
    expect(refused.body.error).toMatchObject({
      code: 'IDEMPOTENCY_ANSWER_NOT_KEPT',
      details: { reason: 'other_token' },
    });
    expect(calls.asked).toBe(1);
  });

  it('with an answer that is too large to be kept is carried out once all the same', async () => {
    const workflow = workflowEndpoints.get.answer.example;
    await calls.answerWith(CreateWorkflow, { ...workflow, description: randomBytes(100_000).toString('base64') });
    const create = (): Promise<Answer> =>
      calls.gateway.call('POST', '/v1/workflows', { body: '{}', headers: { 'idempotency-key': 'key-1' } });
    expect((await create()).status).toBe(201);
    const again = await create();
    expect(again.body.error).toMatchObject({
      code: 'IDEMPOTENCY_ANSWER_NOT_KEPT',
      details: { reason: 'too_large' },
    });
    expect(calls.asked).toBe(1);
  });

  it('works for the operator, who is in no organisation', async () => {
    await calls.answerWith(CreateOrganisation, organisationEndpoints.create.answer.example);
    const create = (): Promise<Answer> =>
      calls.gateway.call('POST', '/v1/organisations', {
        body: '{"name":"Acme"}',
        headers: { 'idempotency-key': 'key-1' },
      });
    const first = await create();
    const again = await create();
    expect([first.status, replayed(again), again.body]).toEqual([201, true, first.body]);
    expect(calls.asked).toBe(1);
  });

  it('of credits has a name for who adds them, the same when it is repeated because its answer was lost', async () => {
    const names: unknown[] = [];
    await calls.onQuestion(AddCredits, (message) => {
      names.push(message.json<{ request_key?: string }>().request_key);
      if (names.length === 1) return refuse(message, 'SERVICE_UNAVAILABLE');
      message.respond(JSON.stringify(organisationEndpoints.addCredits.answer.example));
    });
    const addWith = async (headers: Record<string, string>): Promise<number> =>
      (await calls.gateway.call('POST', '/v1/organisations/org_a/credits', { body: '{"amount":5}', headers })).status;
    const [key, other] = [{ 'idempotency-key': 'key-1' }, { 'idempotency-key': 'key-2' }];
    expect([await addWith(key), await addWith(key), await addWith(other), await addWith({})]).toEqual([
      503, 200, 200, 200,
    ]);
    const [first, second, third, unnamed] = names;
    expect(first).toMatch(/^[\w-]{43}$/);
    expect([second, third === first, unnamed]).toEqual([first, false, undefined]);
  });
});

describe('a restart of NATS', () => {
  afterEach(() => calls.end());

  it('between a write and its repetition changes nothing', async () => {
    calls = await KeyedCalls.begin();
    await calls.answerWith(CreateToken, CREATED);
    const first = await calls.makeToken('key-1');
    await calls.gateway.nats.kill();
    const meanwhile = await calls.makeToken('key-1');
    expect([meanwhile.status, codeOf(meanwhile)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    await calls.gateway.nats.restart();
    const again = await waitUntil('NATS', async () => {
      const answer = await calls.makeToken('key-1');
      return answer.status === 503 ? undefined : answer;
    });
    expect([again.status, replayed(again), again.body]).toEqual([201, true, first.body]);
    expect(calls.asked).toBe(1);
  });

  it('in the middle of a write leaves that to a repetition, which goes on with the same one', async () => {
    calls = await KeyedCalls.begin({ writeLeaseMs: 2_000 });
    const { first, reply } = await calls.hold();
    await calls.gateway.nats.kill();
    expect(codeOf(await first)).toBe('SERVICE_UNAVAILABLE');
    await calls.gateway.nats.restart();
    const replying = setInterval(reply, 50);
    const again = await waitUntil('NATS', async () => {
      const answer = await calls.makeToken('key-1');
      return answer.status === 503 ? undefined : answer;
    });
    clearInterval(replying);
    expect([again.status, replayed(again)]).toEqual([201, false]);
    const [begun, ...others] = calls.writes;
    expect(others.length).toBeGreaterThan(0);
    for (const write of others) expect(write).toBe(`${begun} again`);
    expect(replayed(await calls.makeToken('key-1'))).toBe(true);
  });
});
