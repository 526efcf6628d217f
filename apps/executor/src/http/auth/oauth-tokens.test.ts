import { FakeHttpServer } from '@millrace/testing';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import type { StepFailure } from '../../steps/step-failure.js';
import { OriginCircuits } from '../origin-circuits.js';
import { OauthTokens } from './oauth-tokens.js';
import type { AuthOf } from './rendered-auth.js';

const SECRET = 'a very long secret/of the client';

let server: FakeHttpServer;
let client: SafeHttpClient;
let now = 0;

beforeEach(async () => {
  server = await FakeHttpServer.start();
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

const tokens = () => new OauthTokens(client, new OriginCircuits(() => performance.now()), () => now);

/** A token for one client. */
function get(from = tokens(), more: Partial<AuthOf<'oauth2_client_credentials'>> = {}): Promise<string> {
  const auth = { token_url: `${server.url}/token`, client_id: 'me', client_secret: SECRET };
  const call = { organisationId: 'org_1', signal: new AbortController().signal };
  return from.get({ type: 'oauth2_client_credentials', ...auth, ...more }, call);
}

it('a token is used for a day at most, however long it is said to be good for', async () => {
  const expires_in = 10 * 365 * 24 * 60 * 60;
  server.on('/token', (_, number) => ({ body: { access_token: `token-${number}`, expires_in } }));
  const kept = tokens();
  expect(await get(kept)).toBe('token-1');
  now += 23 * 60 * 60_000;
  expect(await get(kept)).toBe('token-1');
  now += 60 * 60_000;
  expect(await get(kept)).toBe('token-2');
});

describe('a token is asked for', () => {
  const asked = () => {
    const { headers, body } = server.calls[0] ?? {};
    return { authorization: headers?.['authorization'], form: Object.fromEntries(new URLSearchParams(body)) };
  };
  beforeEach(() => server.on('/token', { body: { access_token: 'granted' } }));

  it('with further parameters', async () => {
    await get(tokens(), { scope: 'read', parameters: { audience: 'https://api.example.com/?a=1&b', resource: '7' } });
    expect(asked()).toEqual({
      authorization: expect.stringMatching(/^Basic /) as string,
      form: {
        grant_type: 'client_credentials',
        scope: 'read',
        audience: 'https://api.example.com/?a=1&b',
        resource: '7',
      },
    });
  });

  it('with id and secret in the form alone, where the server expects them there', async () => {
    await get(tokens(), { client_id: 'm&e', client_authentication: 'form' });
    expect(asked()).toEqual({
      authorization: undefined,
      form: { grant_type: 'client_credentials', client_id: 'm&e', client_secret: SECRET },
    });
  });
});

describe('why there is no token', () => {
  const refusal = () => get().catch((error: unknown) => error as StepFailure);

  it('is quoted without a part of the secret, where it is cut in the middle of that', async () => {
    const error_description = `${'x'.repeat(490)} ${SECRET} ${'x'.repeat(100)}`;
    server.on('/token', { status: 401, body: { error: 'invalid_client', error_description } });
    expect(await refusal()).toMatchObject({ message: expect.stringMatching(/\(x{490} •••• x+…\)$/) as string });
  });

  it('is quoted without the secret where it quotes the form of the request', async () => {
    server.on('/token', ({ body }) => ({ status: 401, body: { error: 'invalid_client', error_description: body } }));
    const { message } = (await get(tokens(), { client_authentication: 'form' }).catch((error: unknown) => error)) as StepFailure; // prettier-ignore
    expect(message).toMatch(/client_secret=••••\)$/);
  });

  it('is quoted without the secret where it quotes the header of the request', async () => {
    server.on('/token', ({ headers }) => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `not ${String(headers['authorization'])} here` },
    }));
    expect(await refusal()).toMatchObject({
      message: expect.stringMatching(/\(not Basic .{0,8}••••.{0,4} here\)$/) as string,
    });
  });
});
