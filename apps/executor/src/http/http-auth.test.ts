import { createHash, createHmac } from 'node:crypto';
import { FakeHttpServer } from '@millrace/testing';
import { AllowList, httpRoutesSchema, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { stepDefinitions } from '@millrace/schema';
import { anEffectCall } from '../../test/support/effect-call.js';
import { aScope, options } from '../../test/support/scope.js';
import type { CallFiles } from '../files/execution-files.js';
import { http } from '../steps/http.step.js';

let server: FakeHttpServer;
let client: SafeHttpClient;
let now = Date.UTC(2026, 10, 27, 1, 2, 3);

beforeEach(async () => {
  server = await FakeHttpServer.start();
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

const step = () => http({ client, clock: { now: () => now }, userAgent: 'test' });

function run(
  auth: object,
  rest: object = {},
  handler = step(),
  organisationId = 'org_1',
  signal = new AbortController().signal,
  files?: CallFiles,
): Promise<unknown> {
  const config = stepDefinitions.http.config.parse({ method: 'POST', url: '{{input.base}}/called', auth, ...rest });
  const send = handler.compile(config)(aScope({ input: { base: server.url, secret: 's3cret' } }), options);
  const call = { idempotencyKey: 'exec_1:call', organisationId, signal, ...(files && { files }) };
  return send(anEffectCall(call));
}

/** Each opened file has this content. */
const CONTENT = 'of a file';
const readable: CallFiles = {
  write: () => Promise.reject(new Error('Nothing is written here')),
  open: () =>
    Promise.resolve({
      ...{ id: 'file_1', name: 'a.txt', type: 'text/plain', size: CONTENT.length, sha256: '' },
      read: async function* () {
        yield await Promise.resolve(Buffer.from(CONTENT));
      },
    }),
};

const sent = () => server.callsTo('/called').at(-1)?.headers ?? {};

describe('auth of an HTTP step', () => {
  it('is a user name and a password', async () => {
    await run({ type: 'basic', username: 'ada', password: 'grün:{{input.secret}}' });
    expect(sent()['authorization']).toBe(`Basic ${Buffer.from('ada:grün:s3cret').toString('base64')}`);
  });

  it('is a token', async () => {
    await run({ type: 'bearer', token: '{{input.secret}}' });
    expect(sent()['authorization']).toBe('Bearer s3cret');
  });

  it('is a key in a header or in the query', async () => {
    await run({ type: 'api_key', name: 'X-Key', value: '{{input.secret}}' });
    expect(sent()['x-key']).toBe('s3cret');
    await run({ type: 'api_key', name: 'key', value: 'a&b', in: 'query' }, { query: { q: 1 } });
    expect(server.calls.at(-1)?.path).toBe('/called?q=1&key=a%26b');
  });

  it('is a signature of the body as it is sent', async () => {
    await run({ type: 'hmac', secret: '{{input.secret}}', header: 'X-Sig', algorithm: 'sha512' }, { body: { a: 1 } });
    expect(sent()['x-sig']).toBe(createHmac('sha512', 's3cret').update('{"a":1}').digest('hex'));
    await run({ type: 'hmac', secret: 'k' }, { method: 'GET' });
    expect(sent()['x-signature']).toBe(createHmac('sha256', 'k').update('').digest('hex'));
  });

  it.each([
    [
      'several parts',
      {
        multipart: [
          { name: 'a', value: 'v' },
          { name: 'b', file: '{{input.secret}}' },
        ],
      },
    ],
    ['a file', { file: '{{input.secret}}' }],
    ['a form', { form: { a: 'of a file' } }],
  ])('is a signature of %s as they are sent', async (_, body) => {
    await run({ type: 'hmac', secret: 'k' }, body, step(), 'org_1', undefined, readable);
    const arrived = server.calls.at(-1)?.body ?? '';
    expect(arrived).toMatch(/of.a.file/);
    expect(sent()['x-signature']).toBe(createHmac('sha256', 'k').update(arrived).digest('hex'));
  });

  it('is not sent along to another server', async () => {
    const other = await FakeHttpServer.start();
    server.on('/called', { status: 307, headers: { location: `${other.url}/there` } });
    await run({ type: 'bearer', token: 'token-of-mine' });
    expect(other.calls[0]?.headers['authorization']).toBeUndefined();
    await other.stop();
  });
});

describe('a signature of AWS', () => {
  const auth = {
    type: 'aws_sigv4',
    access_key_id: 'AKIDEXAMPLE',
    secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
    service: 'service',
  };

  /** As the specification has it, written down a second time. */
  function expected(headers: Readonly<Record<string, string>>, service: string, canonicalRequest: string): string {
    const day = '20261127';
    const key = [day, 'us-east-1', service, 'aws4_request'].reduce<Buffer | string>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${auth.secret_access_key}`,
    );
    const digest = sha256(canonicalRequest);
    const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${day}/us-east-1/${service}/aws4_request`, digest].join(
      '\n',
    );
    return createHmac('sha256', key).update(text).digest('hex');
  }
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

  const url = '{{input.base}}/called/a%20b/c';

  it.each([
    ['its query, in order', 'service', { query: { b: 'x y', a: '1' } }, '/called', 'a=1&b=x%20y', ''],
    ['a repeated parameter', 'service', { query: { b: ['2', '1'], a: 'ä' } }, '/called', 'a=%C3%A4&b=1&b=2', ''],
    ['a plus in its address, which means a space', 'service', { url: '{{input.base}}/called?a=x+y' }, '/called', 'a=x%20y', ''], // prettier-ignore
    ['a plus in a parameter, which means a plus', 'service', { query: { a: 'x+y' } }, '/called', 'a=x%2By', ''],
    ['its path, encoded once more', 'service', { url }, '/called/a%2520b/c', '', ''],
    ['its path as S3 takes it', 's3', { url }, '/called/a%20b/c', '', ''],
    ['its body', 'service', { body: { a: 1 } }, '/called', '', '{"a":1}'],
    ['a file that it sends', 's3', { file: '{{input.secret}}' }, '/called', '', CONTENT],
  ])('is what the specification says of %s', async (_, service, config, path, query, body) => {
    await run({ ...auth, service }, config, step(), 'org_1', undefined, readable);
    const call = server.calls.at(-1);
    expect(call?.body).toBe(body);
    const headers = call?.headers as Record<string, string>;
    const [, names = '', signature] =
      /SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '') ?? [];
    expect(names.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-content-sha256', 'x-amz-date']));
    expect(headers['x-amz-date']).toBe('20261127T010203Z');
    const canonical = [
      'POST',
      path,
      query,
      ...names.split(';').map((name) => `${name}:${headers[name]}`),
      '',
      names,
      sha256(body),
    ].join('\n');
    expect(headers['x-amz-content-sha256']).toBe(sha256(body));
    expect(signature).toBe(expected(headers, service, canonical));
  });
});

describe('a token by client credentials', () => {
  const auth = () => ({
    type: 'oauth2_client_credentials',
    token_url: '{{input.base}}/token',
    client_id: 'me',
    client_secret: '{{input.secret}}',
    scope: 'read',
  });
  const granted = (lasts = 3_600) =>
    server.on('/token', (_, number) => ({ body: { access_token: `granted-token-${number}`, expires_in: lasts } }));

  it('is got once, and used until shortly before it expires', async () => {
    granted();
    const handler = step();
    await Promise.all([run(auth(), {}, handler), run(auth(), {}, handler)]);
    await run(auth(), {}, handler);
    expect(server.callsTo('/token')).toHaveLength(1);
    expect(server.callsTo('/token')[0]).toMatchObject({
      body: 'grant_type=client_credentials&scope=read',
      headers: { authorization: `Basic ${Buffer.from('me:s3cret').toString('base64')}` },
    });
    expect(server.callsTo('/called').map(({ headers }) => headers['authorization'])).toEqual(
      Array(3).fill('Bearer granted-token-1'),
    );
    now += 3_580_000;
    await run(auth(), {}, handler);
    expect(sent()['authorization']).toBe('Bearer granted-token-2');
  });

  it('is not asked for with a parameter that is no text, number or boolean', () => {
    const details = { field: 'config.auth.parameters.audience' };
    expect(() => run({ ...auth(), parameters: { audience: '{{input}}' } })).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED', details }),
    );
    expect(server.calls).toEqual([]);
  });

  it('is asked for by the routes of the organisation', async () => {
    await client.close();
    const rule = { organisations: ['org_1'], hosts: ['tokens.invalid'], proxy: server.url };
    client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1'), routes: httpRoutesSchema.parse([rule]) });
    const token_url = 'http://tokens.invalid:8080/token';
    server.on(token_url, { body: { access_token: 'granted-token' } });
    await run({ ...auth(), token_url });
    expect(sent()['authorization']).toBe('Bearer granted-token');
  });

  it('does not change why a call was ended', async () => {
    granted();
    const controller = new AbortController();
    const reason = new Error('not wanted');
    server.on('/called', () => {
      controller.abort(reason);
      return { delayMs: 500 };
    });
    await expect(run(auth(), {}, step(), 'org_1', controller.signal)).rejects.toBe(reason);
  });

  it('is asked for again when the step that asked for it is not waited for any more', async () => {
    const controller = new AbortController();
    server.on('/token', (_, number) => {
      if (number === 1) controller.abort(new Error('not wanted'));
      return { body: { access_token: `granted-token-${number}` }, delayMs: number === 1 ? 500 : 0 };
    });
    const handler = step();
    const first = run(auth(), {}, handler, 'org_1', controller.signal);
    const second = run(auth(), {}, handler);
    await expect(first).rejects.toThrow('not wanted');
    await second;
    expect(sent()['authorization']).toBe('Bearer granted-token-2');
  });

  it('belongs to an organisation, a client, its secret and what is asked for', async () => {
    granted();
    const handler = step();
    await run(auth(), {}, handler);
    await run(auth(), {}, handler, 'org_2');
    await run({ ...auth(), client_secret: 'another' }, {}, handler);
    await run({ ...auth(), scope: 'write' }, {}, handler);
    for (const audience of ['a', '{{input.secret}}', 'a'])
      await run({ ...auth(), parameters: { audience } }, {}, handler);
    await run({ ...auth(), client_authentication: 'form' }, {}, handler);
    expect(server.callsTo('/token')).toHaveLength(7);
  });

  it('is got anew, once, when the service does not take it', async () => {
    granted();
    server.on('/called', (call) => ({
      status: call.headers['authorization'] === 'Bearer granted-token-2' ? 200 : 401,
    }));
    await run(auth());
    expect(server.callsTo('/called')).toHaveLength(2);
    server.on('/called', { status: 401 });
    await expect(run(auth())).rejects.toMatchObject({ code: 'HTTP_STATUS_ERROR' });
    expect(server.callsTo('/called')).toHaveLength(4);
  });

  it('is in no output and no failure, also when the service repeats it', async () => {
    granted();
    server.on('/called', ({ headers }) => ({
      body: { said: headers['authorization'] },
      headers: { 'x-said': String(headers['authorization']) },
    }));
    expect(JSON.stringify(await run(auth()))).not.toContain('granted-token');
    server.on('/called', ({ headers }) => ({ status: 400, body: { said: headers['authorization'] } }));
    const failure = (await run(auth()).catch((error: unknown) => error)) as { message: string; details: object };
    expect(failure).toMatchObject({ code: 'HTTP_STATUS_ERROR', details: { status: 400 } });
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('granted-token');
  });

  it('is in no file, also when the service repeats it', async () => {
    granted();
    server.on('/called', ({ headers }) => ({ body: `You sent ${String(headers['authorization'])} here` }));
    let stored = '';
    const files: CallFiles = {
      open: () => Promise.reject(new Error('Nothing is read here')),
      write: async ({ name, type }, content) => {
        for await (const piece of content) stored += Buffer.from(piece).toString('latin1');
        return { file: { id: 'file_1', name: name ?? null, type: type ?? '', size: stored.length, sha256: '' } };
      },
    };
    await run(auth(), { response: 'file' }, step(), 'org_1', undefined, files);
    expect(stored).toMatch(/^You sent Bearer \*{15} here$/);
  });

  it.each([
    [{ status: 400, body: { error: 'invalid_client', secret: 's3cret' } }, 'HTTP_STATUS_ERROR'],
    [{ body: 'no JSON' }, 'STEP_FAILED'],
    [{ body: { access_token: 'two\nlines' } }, 'STEP_FAILED'],
    [{ body: { access_token: 7 } }, 'STEP_FAILED'],
    [{ status: 302, headers: { location: '/elsewhere' } }, 'HTTP_STATUS_ERROR'],
    [{ body: 'x'.repeat(100_000) }, 'HTTP_RESPONSE_TOO_LARGE'],
  ])('that is not given is a failure that says nothing secret: %j', async (answer, code) => {
    server.on('/token', answer);
    const failure = (await run(auth()).catch((error: unknown) => error)) as Error & { details: object };
    expect(failure).toMatchObject({ code });
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('s3cret');
    expect(server.callsTo('/called')).toHaveLength(0);
  });

  it.each([
    [401, 'HTTP_STATUS_ERROR', 'gave no access token: it returned 401: invalid_client (Unknown client)'],
    [200, 'STEP_FAILED', 'gave no access token: its response has no access_token: invalid_client (Unknown client)'],
  ])(
    'that is not given by a response of %i is a failure with the reason that the token server gives',
    async (status, code, message) => {
      const reason = { error: 'invalid_client', error_description: 'Unknown\n client' };
      server.on('/token', { status, body: reason });
      await expect(run(auth())).rejects.toMatchObject({
        code,
        message: `${server.url}/token ${message}`,
        details: { url: `${server.url}/token`, error: 'invalid_client', error_description: 'Unknown client' },
        retryable: false,
      });
    },
  );

  it('that is not given is a failure without the secret, when the reason quotes it, and of a bounded length', async () => {
    const client_secret = 'a very long secret/of the client';
    const quoted = new URLSearchParams({ client_secret }).toString();
    server.on('/token', {
      status: 401,
      body: {
        error: `${client_secret} is wrong`,
        error_description: `${'x'.repeat(490)}${quoted}${'x'.repeat(9_000)}`,
      },
    });
    const failure = (await run({ ...auth(), client_secret }).catch((error: unknown) => error)) as Error & {
      details: object;
    };
    expect(failure.message).toMatch(/: •••• is wrong \(x{490}client_sec…\)$/);
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('secret/of');
    expect(failure.details).toMatchObject({ error: '•••• is wrong' });
  });

  it('is asked for at no address that must not be called', async () => {
    const guarded = new SafeHttpClient({ allowed: AllowList.parse('') });
    const handler = http({ client: guarded, clock: { now: () => now }, userAgent: 'test' });
    await expect(run(auth(), {}, handler)).rejects.toMatchObject({ code: 'HTTP_ADDRESS_BLOCKED' });
    expect(server.calls).toEqual([]);
    await guarded.close();
  });
});
