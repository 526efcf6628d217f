import { setTimeout as sleep } from 'node:timers/promises';
import { CreateToken, RevokeToken } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { refuse, TOKEN, type Answer, type GatewaySettings } from './gateway.fixture.js';
import { GatewayProcess } from './gateway-process.js';
import { BODY, codeOf, CREATED, KeyedCalls, replayed } from './keyed-writes.fixture.js';

let calls: KeyedCalls;
afterEach(() => calls.end());

describe('a write of which nobody knows what came', () => {
  beforeEach(async () => {
    calls = await KeyedCalls.begin({ twinRoom: { all: 4, perOrganisation: 4, waitMs: 500 } });
  });

  it('is gone on with by the same request, and not by another one', async () => {
    const { writes } = calls;
    await calls.onQuestion(CreateToken, (message) => {
      if (writes.length < 3) refuse(message, writes.length === 1 ? 'SERVICE_UNAVAILABLE' : 'QUOTA_EXCEEDED');
      else message.respond(JSON.stringify(CREATED));
    });
    // A refusal says that nothing was done, but not what was done before.
    expect([codeOf(await calls.makeToken('key-1')), codeOf(await calls.makeToken('key-1'))]).toEqual([
      'SERVICE_UNAVAILABLE',
      'QUOTA_EXCEEDED',
    ]);
    expect((await calls.makeToken('key-1')).status).toBe(201);
    const [first, ...others] = writes;
    expect(others).toEqual([`${first} again`, `${first} again`]);
  });

  it('is another one for another request under the key, and after a refusal', async () => {
    const { writes } = calls;
    const codes = ['SERVICE_UNAVAILABLE', 'QUOTA_EXCEEDED'] as const;
    await calls.onQuestion(CreateToken, (message) => {
      const code = codes[writes.length - 1];
      if (code) refuse(message, code);
      else message.respond(JSON.stringify(CREATED));
    });
    await calls.makeToken('key-1');
    await calls.makeToken('key-1', { name: 'Other' });
    expect((await calls.makeToken('key-1', { name: 'Other' })).status).toBe(201);
    expect(new Set(writes.map((write) => write.split(' ')[0])).size).toBe(3);
    expect(writes.filter((write) => write.endsWith('again'))).toEqual([]);
  });

  it('that deletes has deleted what is not there any more', async () => {
    const codes = ['SERVICE_UNAVAILABLE', 'TOKEN_NOT_FOUND'] as const;
    await calls.onQuestion(RevokeToken, (message) =>
      refuse(message, codes[Math.min(calls.asked, 2) - 1] ?? 'TOKEN_NOT_FOUND'),
    );
    const revoke = (key: string): Promise<Answer> =>
      calls.gateway.call('DELETE', '/v1/tokens/tok_01kaxh3v9m0000000000000001', {
        headers: { 'idempotency-key': key },
      });
    const answers = [await revoke('key-1'), await revoke('key-1'), await revoke('key-1'), await revoke('key-2')];
    expect(answers.map(({ status }) => status)).toEqual([503, 204, 204, 404]);
    expect(answers.map(replayed)).toEqual([false, false, true, false]);
  });
});

describe('twins of a write that is under way', () => {
  const hold = async (settings: GatewaySettings): ReturnType<KeyedCalls['hold']> => {
    calls = await KeyedCalls.begin(settings);
    return calls.hold();
  };

  it('wait for no longer than they may, and get when to come back', async () => {
    const { first, reply } = await hold({ twinRoom: { all: 10, perOrganisation: 10, waitMs: 100 } });
    const late = await calls.makeToken('key-1');
    expect([codeOf(late), late.headers.get('retry-after')]).toEqual(['IDEMPOTENCY_KEY_IN_USE', '1']);
    reply();
    expect((await first).status).toBe(201);
    expect(replayed(await calls.makeToken('key-1'))).toBe(true);
  });

  it('are none when they ask for something else, and refused at once', async () => {
    const { first, reply } = await hold({ twinRoom: { all: 10, perOrganisation: 10, waitMs: 20_000 } });
    const other = await calls.makeToken('key-1', { name: 'Other' });
    expect([other.status, codeOf(other)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    reply();
    expect((await first).status).toBe(201);
    expect(calls.asked).toBe(1);
  });

  it('are no more than may wait', async () => {
    const { first, reply } = await hold({ twinRoom: { all: 10, perOrganisation: 3, waitMs: 20_000 } });
    const twins = Array.from({ length: 8 }, () => calls.makeToken('key-1'));
    let refused = 0;
    twins.forEach(
      (twin) => void twin.then((answer) => (refused += codeOf(answer) === 'IDEMPOTENCY_KEY_IN_USE' ? 1 : 0)),
    );
    await waitUntil('those for whom there is no room', () => refused === 5);
    reply();
    expect((await Promise.all([first, ...twins])).filter(({ status }) => status === 201)).toHaveLength(4);
  });

  it('give back their places when their callers go away', async () => {
    const { first, reply } = await hold({ twinRoom: { all: 1, perOrganisation: 1, waitMs: 20_000 } });
    const away = new AbortController();
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'idempotency-key': 'key-1',
    };
    const left = fetch(`${calls.gateway.url}/v1/tokens`, { method: 'POST', headers, body: BODY, signal: away.signal });
    // It waits by then: whatever else were sent to find out would take its place.
    await sleep(1_000);
    away.abort();
    await expect(left).rejects.toThrow();
    let waiting: Promise<Answer> = first;
    await waitUntil('the place to be free', async () => {
      waiting = calls.makeToken('key-1');
      return (await Promise.race([waiting.then(codeOf), sleep(2_000, 'waits')])) === 'waits';
    });
    reply();
    expect((await Promise.all([first, waiting])).map(({ status }) => status)).toEqual([201, 201]);
    expect(calls.asked).toBe(1);
  });

  it('do not take over from a write that takes longer than a lease', async () => {
    // Long enough for a busy machine: it is renewed after a third of it.
    const settings = { writeLeaseMs: 3_000, twinRoom: { all: 10, perOrganisation: 10, waitMs: 20_000 } };
    calls = await KeyedCalls.begin(settings);
    // Before the write, whose owner is waited for for ten seconds: on such a machine a process takes longer to start.
    const other = await GatewayProcess.start({ natsUrl: calls.gateway.natsUrl, redisUrl: calls.gateway.redis.url });
    try {
      const { first, reply } = await calls.hold();
      const at = await calls.begunAt();
      await waitUntil('the lease to be renewed', async () => (await calls.begunAt()) > at);
      const twin = other.write('/v1/tokens', 'key-1', BODY);
      reply();
      expect((await twin).body).toEqual((await first).body);
      expect(calls.asked).toBe(1);
    } finally {
      await other.kill();
    }
  });
});
