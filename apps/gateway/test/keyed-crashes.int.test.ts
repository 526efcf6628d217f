import { CreateToken } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { GatewayProcess } from './gateway-process.js';
import { BODY, codeOf, CREATED, KeyedCalls, replayed } from './keyed-writes.fixture.js';

let calls: KeyedCalls;
afterEach(() => calls.end());

describe('a gateway that is killed during a write', () => {
  const killAfter = async (text: string, questions: number): Promise<void> => {
    const victim = await GatewayProcess.start({ natsUrl: calls.gateway.natsUrl, redisUrl: calls.gateway.redis.url });
    victim.holdAnswersFrom(text);
    const lost = victim.write('/v1/tokens', 'key-1', BODY).catch(() => 'lost');
    await waitUntil('the step after which it is killed', () => victim.holding && calls.asked === questions);
    await waitUntil('its record', async () => (await calls.stored()).includes('begun_at'));
    await victim.kill();
    expect(await lost).toBe('lost');
  };

  it.each([
    ['before it was asked for', 'PUB $KV.idempotency.', 0],
    ['after it was carried out', 'definitions.tokens.create', 1],
  ])(
    '%s holds the key until its lease ends, and then a repetition goes on with the same write',
    async (_when, text, questions) => {
      calls = await KeyedCalls.begin({ writeLeaseMs: 2_000 });
      await calls.answerWith(CreateToken, CREATED);
      await killAfter(text, questions);
      const recorded = JSON.parse(await calls.stored()) as { write: { id: string; seed: string } };
      const done = await calls.makeToken('key-1');
      expect([done.status, replayed(done)]).toEqual([201, false]);
      expect(calls.asked).toBe(questions + 1);
      const { writes } = calls;
      expect(new Set(writes.map((write) => write.split(' ').slice(0, 2).join(' '))).size).toBe(1);
      expect(writes.at(-1)).toMatch(new RegExp(`^${recorded.write.id} [\\w-]{43} again$`));
      // What secrets are made of is not in the record: whoever reads that lacks the key.
      expect(writes.at(-1)).not.toContain(recorded.write.seed);
      expect(await calls.stored()).not.toContain('"write"');
    },
  );

  it('after the answer was kept has it given to a repetition, and does nothing again', async () => {
    calls = await KeyedCalls.begin();
    await calls.answerWith(CreateToken, CREATED);
    const victim = await GatewayProcess.start({ natsUrl: calls.gateway.natsUrl, redisUrl: calls.gateway.redis.url });
    victim.holdAnswersFrom('"answer":');
    const lost = victim.write('/v1/tokens', 'key-1', BODY).catch(() => 'lost');
    await waitUntil(
      'the answer in its record',
      async () => victim.holding && (await calls.stored()).includes('"answer":'),
    );
    await victim.kill();
    expect(await lost).toBe('lost');
    const again = await calls.makeToken('key-1');
    expect([again.status, replayed(again), again.body['token']]).toEqual([201, true, CREATED.token]);
    expect(calls.asked).toBe(1);
  });

  it('holds the key before its lease has ended, and a repetition learns until when', async () => {
    calls = await KeyedCalls.begin({ writeLeaseMs: 30_000, twinRoom: { all: 10, perOrganisation: 10, waitMs: 200 } });
    await calls.answerWith(CreateToken, CREATED);
    await killAfter('definitions.tokens.create', 1);
    const refused = await calls.makeToken('key-1');
    expect(codeOf(refused)).toBe('IDEMPOTENCY_KEY_IN_USE');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThanOrEqual(30);
    expect(calls.asked).toBe(1);
  });
});
