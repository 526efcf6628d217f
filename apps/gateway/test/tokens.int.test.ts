import { setTimeout as sleep } from 'node:timers/promises';
import {
  accountEndpoints,
  aiModelEndpoints,
  CreateToken,
  GetCapabilities,
  ListAiModels,
  RecordTokenUses,
  tokenEndpoints,
  TokenSnapshot,
  type RequestDefinition,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { newApiToken } from '@millrace/service-kit/api-token';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { TokenUses } from '../src/auth/token-uses.js';
import { startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';

let gateway: RunningGateway;
/** In the place of `definitions`. */
let owner: NatsBus;
/** The questions that it was asked. */
let asked: Question[];
type Question = { caller_expires_at?: string; uses: { token_id: string; organisation_id: string; used_at: string }[] };

beforeEach(async () => {
  gateway = await startGateway();
  owner = await connectBus({ url: gateway.natsUrl, name: 'owner', logger: silentLogger });
  asked = [];
});
afterEach(async () => {
  await owner.close();
  await gateway.stop();
});

const publish = async (token: string, members: { scopes?: string[]; expires_at?: string }): Promise<void> => {
  const value = { token_id: 'tok_2', organisation_id: 'org_b', scopes: ['*'], ...members };
  await gateway.bus.snapshots.put(TokenSnapshot, { token_hash: tokenHash(token) }, value);
};

const answerTo = async (request: RequestDefinition<never, unknown>, answer: unknown): Promise<void> => {
  owner.connection.subscribe(request.subject, {
    callback: (_, message) => {
      asked.push(message.json<Question>());
      message.respond(JSON.stringify(answer));
    },
  });
  await owner.connection.flush();
};

describe('a token that makes another', () => {
  it.each([['2120-01-01T00:00:00.000Z'], [undefined]])('says that it expires %s', async (expires_at) => {
    const token = newApiToken();
    await publish(token, expires_at === undefined ? {} : { expires_at });
    await answerTo(CreateToken as RequestDefinition<never, unknown>, tokenEndpoints.create.answer.example);
    const body = JSON.stringify({ name: 'Another', scopes: ['workflows:read'] });
    expect((await gateway.call('POST', '/v1/tokens', { token, body })).status).toBe(201);
    expect(asked.map(({ caller_expires_at }) => caller_expires_at)).toEqual([expires_at]);
  });
});

describe('a token', () => {
  it('that has expired gets nobody in, and one that will expire does', async () => {
    const [expired, valid] = [newApiToken(), newApiToken()];
    await publish(expired, { expires_at: '2020-01-01T00:00:00.000Z' });
    await publish(valid, { expires_at: '2120-01-01T00:00:00.000Z' });
    const refused = await gateway.call('GET', '/v1/me', { token: expired });
    expect(refused.body.error).toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringContaining('expired') });
    expect((await gateway.call('GET', '/v1/me', { token: valid })).status).toBe(503);
  });

  it('with a wrong checksum is refused without a look at what is published', async () => {
    const token = newApiToken();
    const misspelt = token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a');
    await publish(misspelt, {});
    expect((await gateway.call('GET', '/v1/me', { token: misspelt })).status).toBe(401);
  });

  it('that is taken back gets nobody in, also where no notice of that arrived', async () => {
    expect((await gateway.call('GET', '/v1/me')).status).toBe(503);
    // What is purged is announced to nobody.
    await owner.connection.request('$JS.API.STREAM.PURGE.KV_definitions');
    await waitUntil('the token to be refused', async () => (await gateway.call('GET', '/v1/me')).status === 401);
  });

  it('of any scopes may ask who it is, and nothing else', async () => {
    const token = newApiToken();
    await publish(token, { scopes: ['nothing'] });
    expect((await gateway.call('GET', '/v1/me', { token })).status).toBe(503);
    expect((await gateway.call('GET', '/v1/capabilities', { token })).status).toBe(403);
  });
});

it('the capabilities name models and their aliases, and are returned without them while no executor reports any', async () => {
  const { models: _, ...checked } = accountEndpoints.capabilities.answer.example;
  await answerTo(GetCapabilities as never, checked);
  expect((await gateway.call('GET', '/v1/capabilities')).body).toEqual({ ...checked, models: null });
  const list = aiModelEndpoints.list.answer.example;
  await answerTo(ListAiModels as never, list);
  const named = list.models.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect((await gateway.call('GET', '/v1/capabilities')).body).toEqual({ ...checked, models: named });
});

describe('the uses of tokens', () => {
  it('are reported together, once for all calls in between, and again when they could not be', async () => {
    const other = newApiToken();
    await publish(other, {});
    const uses = gateway.app.get(TokenUses);
    for (const token of [TOKEN, TOKEN, other, TOKEN]) await gateway.call('GET', '/v1/me', { token });
    await expect(uses.report()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await answerTo(RecordTokenUses as never, { recorded: 2 });
    await waitUntil('the report to get through', () =>
      uses.report().then(
        () => true,
        () => false,
      ),
    );
    await uses.report();
    expect(asked).toHaveLength(1);
    const reported = asked[0]!.uses.map(({ token_id, organisation_id }) => [token_id, organisation_id]);
    expect(reported.sort()).toEqual([
      ['tok_1', 'org_a'],
      ['tok_2', 'org_b'],
    ]);
  });

  it('that come while they are being reported are reported the next time', async () => {
    const uses = gateway.app.get(TokenUses);
    owner.connection.subscribe(RecordTokenUses.subject, {
      callback: (_, message) => {
        asked.push(message.json<Question>());
        void (async () => {
          // Another one, which is later than what is being reported.
          await sleep(5);
          if (asked.length === 1) await gateway.call('GET', '/v1/me');
          message.respond(JSON.stringify({ recorded: 1 }));
        })();
      },
    });
    await owner.connection.flush();
    await gateway.call('GET', '/v1/me');
    for (let report = 0; report < 3; report++) await uses.report();
    const times = asked.map(({ uses: [use] }) => Date.parse(use?.used_at ?? ''));
    expect(times).toEqual([expect.any(Number), expect.any(Number)]);
    expect(times[1]).toBeGreaterThan(times[0] ?? NaN);
  });
});
