import { randomBytes } from 'node:crypto';
import {
  AddCredits,
  CreateOrganisation,
  CreateToken,
  CreateWorkflow,
  organisationEndpoints,
  PatchWorkflow,
  TokenSnapshot,
  tokenEndpoints,
  UpdateWorkflow,
  workflowEndpoints,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import type { Msg } from '@nats-io/transport-node';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { refuse, startGateway, TOKEN, WORKFLOW, type Answer, type RunningGateway } from './gateway.fixture.js';
import { GatewayProcess } from './gateway-process.js';

/** In which a write holds its key: longer than any of these tests, where it is not what the test is about. */
const LEASE_MS = 600_000;
const CREATED = { ...tokenEndpoints.create.answer.example, token: 'mr_shown_once_and_never_again' };
const OTHER_TOKEN = 'another-token-of-organisation-a';

let gateway: RunningGateway;
/** In the place of `definitions`, which is another process. */
let owner: NatsBus;
/** How many questions it was asked. */
let asked: number;

const begin = async (writeLeaseMs = LEASE_MS): Promise<void> => {
  gateway = await startGateway({ apiPerHour: 10_000, writeLeaseMs });
  owner = await connectBus({ url: gateway.natsUrl, name: 'owner', logger: silentLogger });
  asked = 0;
  const value = { token_id: 'tok_2', organisation_id: 'org_a', scopes: ['*'] };
  await gateway.bus.snapshots.put(TokenSnapshot, { token_hash: tokenHash(OTHER_TOKEN) }, value);
};
afterEach(async () => {
  await owner.close();
  await gateway.stop();
});

const onQuestion = async ({ subject }: { subject: string }, reply: (message: Msg) => unknown): Promise<void> => {
  owner.connection.subscribe(subject, {
    callback: (_, message) => {
      asked += 1;
      reply(message);
    },
  });
  await owner.connection.flush();
};
const answerWith = (request: { subject: string }, answer: unknown): Promise<void> =>
  onQuestion(request, (message) => message.respond(JSON.stringify(answer)));
const makeToken = (key: string, { name = 'CI', token = TOKEN } = {}): Promise<Answer> =>
  gateway.call('POST', '/v1/tokens', {
    body: JSON.stringify({ name, scopes: ['workflows:read'] }),
    headers: { 'idempotency-key': key },
    token,
  });
const replayed = ({ headers }: Answer): boolean => headers.get('idempotency-replayed') === 'true';
const codeOf = ({ body }: Answer): string | undefined => body.error?.code;
const stored = async (): Promise<string> => {
  const reply = await owner.connection.request(
    '$JS.API.STREAM.MSG.GET.KV_idempotency',
    JSON.stringify({ last_by_subj: '$KV.idempotency.>' }),
  );
  return Buffer.from(reply.json<{ message: { data: string } }>().message.data, 'base64').toString('latin1');
};

describe('a write with an Idempotency-Key', () => {
  beforeEach(() => begin());

  it('is carried out once, and a repetition gets its answer, from another gateway too', async () => {
    await answerWith(CreateToken, CREATED);
    const first = await makeToken('key-1');
    const again = await makeToken('key-1');
    expect([first.status, replayed(first), first.body['token']]).toEqual([201, false, CREATED.token]);
    expect([again.status, replayed(again), again.body]).toEqual([201, true, first.body]);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    const other = await GatewayProcess.start({ natsUrl: gateway.natsUrl, redisUrl: gateway.redis.url });
    const body = JSON.stringify({ name: 'CI', scopes: ['workflows:read'] });
    expect(await other.write('/v1/tokens', 'key-1', body)).toMatchObject({ status: 201, replayed: 'true' });
    await other.kill();
    expect(asked).toBe(1);
  });

  it('that is sent 50 times at once is carried out once; the others are told to come back, and then get its answer', async () => {
    let reply: (() => void) | undefined;
    await onQuestion(CreateToken, (message) => (reply = () => message.respond(JSON.stringify(CREATED))));
    const twins = Array.from({ length: 50 }, () => makeToken('key-1'));
    const [early] = await Promise.all([Promise.race(twins), waitUntil('the question', () => reply !== undefined)]);
    expect([codeOf(early), early.headers.get('retry-after')]).toEqual(['IDEMPOTENCY_KEY_IN_USE', '1']);
    reply?.();
    const answers = await Promise.all(twins);
    const inUse = answers.filter((answer) => codeOf(answer) === 'IDEMPOTENCY_KEY_IN_USE');
    const done = answers.filter(({ status }) => status === 201);
    expect(inUse.length + done.length).toBe(50);
    expect(done.filter((answer) => !replayed(answer))).toHaveLength(1);
    expect((await makeToken('key-1')).body).toEqual(done[0]?.body);
    expect(asked).toBe(1);
  });

  it('is refused when it is another request, and needs another key', async () => {
    await answerWith(CreateToken, CREATED);
    await makeToken('key-1');
    expect(codeOf(await makeToken('key-1', { name: 'Other' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    const start = await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, {
      headers: { 'idempotency-key': 'key-1' },
    });
    expect(codeOf(start)).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await makeToken('key-2', { name: 'Other' })).status).toBe(201);
    expect(asked).toBe(2);
  });

  it.each([
    ['another method', { method: 'PATCH' }],
    ['another query', { path: `/v1/workflows/${WORKFLOW}?other=1` }],
    ['another version that it requires', { version: '"2"' }],
  ])('is another request with %s', async (_what, other) => {
    for (const request of [UpdateWorkflow, PatchWorkflow])
      await answerWith(request, workflowEndpoints.get.answer.example);
    const change = ({ method = 'PUT', path = `/v1/workflows/${WORKFLOW}`, version = '"1"' } = {}): Promise<Answer> =>
      gateway.call(method, path, { body: '{}', headers: { 'idempotency-key': 'key-1', 'if-match': version } });
    expect((await change()).status).toBe(200);
    expect(codeOf(await change(other))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(replayed(await change())).toBe(true);
    expect(asked).toBe(1);
  });

  it.each(['QUOTA_EXCEEDED', 'FORBIDDEN', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'] as const)(
    'that was refused with %s leaves its key free, for any request',
    async (code) => {
      let isRefused = true;
      await onQuestion(CreateToken, (message) =>
        isRefused ? refuse(message, code) : message.respond(JSON.stringify(CREATED)),
      );
      expect(codeOf(await makeToken('key-1'))).toBe(code);
      isRefused = false;
      const second = await makeToken('key-1', { name: 'Other' });
      expect([second.status, replayed(second)]).toEqual([201, false]);
      expect(replayed(await makeToken('key-1', { name: 'Other' }))).toBe(true);
      expect(asked).toBe(2);
    },
  );

  it('that was refused leaves its key free for the start of an execution too', async () => {
    await onQuestion(CreateToken, (message) => refuse(message, 'QUOTA_EXCEEDED'));
    await makeToken('key-1');
    const start = (): Promise<Answer> =>
      gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { headers: { 'idempotency-key': 'key-1' } });
    const first = await start();
    expect([first.status, replayed(first)]).toEqual([202, false]);
    expect((await start()).body).toEqual(first.body);
  });

  it('is not begun when its body is refused', async () => {
    expect((await makeToken('key-1', { name: '' })).status).toBe(400);
    const reply = await owner.connection.request('$JS.API.STREAM.INFO.KV_idempotency');
    expect(reply.json<{ state: { messages: number } }>().state.messages).toBe(0);
  });

  it('leaves nothing of its answer where somebody could read it, and gives it to no other token', async () => {
    await answerWith(CreateToken, CREATED);
    await makeToken('key-1');
    const bytes = await stored();
    const record = JSON.parse(bytes) as { answer: string };
    for (const text of [bytes, Buffer.from(record.answer, 'base64').toString('latin1')])
      for (const secret of [CREATED.token, TOKEN, 'key-1', CREATED.id]) expect(text).not.toContain(secret);
    const refused = await makeToken('key-1', { token: OTHER_TOKEN });
    expect(refused.body.error).toMatchObject({
      code: 'IDEMPOTENCY_ANSWER_NOT_KEPT',
      details: { reason: 'other_token' },
    });
    expect(asked).toBe(1);
  });

  it('with an answer that is too large to be kept is carried out once all the same', async () => {
    const workflow = workflowEndpoints.get.answer.example;
    await answerWith(CreateWorkflow, { ...workflow, description: randomBytes(100_000).toString('base64') });
    const create = (): Promise<Answer> =>
      gateway.call('POST', '/v1/workflows', { body: '{}', headers: { 'idempotency-key': 'key-1' } });
    expect((await create()).status).toBe(201);
    const again = await create();
    expect(again.body.error).toMatchObject({
      code: 'IDEMPOTENCY_ANSWER_NOT_KEPT',
      details: { reason: 'too_large' },
    });
    expect(asked).toBe(1);
  });

  it('works for the operator, who is in no organisation', async () => {
    await answerWith(CreateOrganisation, organisationEndpoints.create.answer.example);
    const create = (): Promise<Answer> =>
      gateway.call('POST', '/v1/organisations', { body: '{"name":"Acme"}', headers: { 'idempotency-key': 'key-1' } });
    const first = await create();
    const again = await create();
    expect([first.status, replayed(again), again.body]).toEqual([201, true, first.body]);
    expect(asked).toBe(1);
  });

  it('of credits has a name for who adds them, the same when it is repeated because its answer was lost', async () => {
    const names: unknown[] = [];
    await onQuestion(AddCredits, (message) => {
      names.push(message.json<{ request_key?: string }>().request_key);
      if (names.length === 1) return refuse(message, 'SERVICE_UNAVAILABLE');
      message.respond(JSON.stringify(organisationEndpoints.addCredits.answer.example));
    });
    const addWith = async (headers: Record<string, string>): Promise<number> =>
      (await gateway.call('POST', '/v1/organisations/org_a/credits', { body: '{"amount":5}', headers })).status;
    const [key, other] = [{ 'idempotency-key': 'key-1' }, { 'idempotency-key': 'key-2' }];
    expect([await addWith(key), await addWith(key), await addWith(other), await addWith({})]).toEqual([
      503, 200, 200, 200,
    ]);
    const [first, second, third, unnamed] = names;
    expect(first).toMatch(/^[\w-]{43}$/);
    expect([second, third === first, unnamed]).toEqual([first, false, undefined]);
  });
});

describe('a gateway that is killed during a write', () => {
  const body = JSON.stringify({ name: 'CI', scopes: ['workflows:read'] });
  const killAfter = async (text: string, questions: number): Promise<void> => {
    const victim = await GatewayProcess.start({ natsUrl: gateway.natsUrl, redisUrl: gateway.redis.url });
    victim.holdAnswersFrom(text);
    const lost = victim.write('/v1/tokens', 'key-1', body).catch(() => 'lost');
    await waitUntil('the step after which it is killed', () => victim.holding && asked === questions);
    await waitUntil('its record', async () => (await stored()).includes('begun_at'));
    await victim.kill();
    expect(await lost).toBe('lost');
  };

  it.each([
    ['before it was asked for', 'PUB $KV.idempotency.', 0],
    ['after it was carried out', 'PUB definitions.tokens.create', 1],
  ])('%s holds the key until its lease ends, and then a repetition carries it out', async (_when, text, questions) => {
    await begin(1);
    await answerWith(CreateToken, CREATED);
    await killAfter(text, questions);
    const done = await waitUntil('the end of the lease', async () => {
      const answer = await makeToken('key-1');
      return answer.status === 201 ? answer : undefined;
    });
    expect(replayed(done)).toBe(false);
    expect(asked).toBe(questions + 1);
  });

  it('after the answer was kept has it given to a repetition, and does nothing again', async () => {
    await begin();
    await answerWith(CreateToken, CREATED);
    const victim = await GatewayProcess.start({ natsUrl: gateway.natsUrl, redisUrl: gateway.redis.url });
    victim.holdAnswersFrom('"answer":');
    const lost = victim.write('/v1/tokens', 'key-1', body).catch(() => 'lost');
    await waitUntil('the answer in its record', async () => victim.holding && (await stored()).includes('"answer":'));
    await victim.kill();
    expect(await lost).toBe('lost');
    const again = await makeToken('key-1');
    expect([again.status, replayed(again), again.body['token']]).toEqual([201, true, CREATED.token]);
    expect(asked).toBe(1);
  });

  it('holds the key before its lease has ended', async () => {
    await begin();
    await answerWith(CreateToken, CREATED);
    await killAfter('PUB definitions.tokens.create', 1);
    expect(codeOf(await makeToken('key-1'))).toBe('IDEMPOTENCY_KEY_IN_USE');
    expect(asked).toBe(1);
  });
});

describe('a restart of NATS', () => {
  it('between a write and its repetition changes nothing', async () => {
    await begin();
    await answerWith(CreateToken, CREATED);
    const first = await makeToken('key-1');
    await gateway.nats.kill();
    const meanwhile = await makeToken('key-1');
    expect([meanwhile.status, codeOf(meanwhile)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    await gateway.nats.restart();
    const again = await waitUntil('NATS', async () => {
      const answer = await makeToken('key-1');
      return answer.status === 503 ? undefined : answer;
    });
    expect([again.status, replayed(again), again.body]).toEqual([201, true, first.body]);
    expect(asked).toBe(1);
  });
});
