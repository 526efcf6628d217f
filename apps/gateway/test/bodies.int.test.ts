import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { LIMITS, RunRequested } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { READ_ONLY_TOKEN, startGateway, TOKEN, WORKFLOW, type RunningGateway } from './gateway.fixture.js';
import { RawClient } from './raw-client.js';
import { isPublic, readsByPost, routesOf } from './routes.js';

let gateway: RunningGateway;
const clients: RawClient[] = [];

beforeAll(async () => {
  gateway = await startGateway({ apiPerHour: 1_000_000, executionsPerMinute: 1_000_000, refusedPerMinute: 1_000_000 });
});
afterEach(() => clients.splice(0).forEach((client) => client.end()));
afterAll(() => gateway.stop());

const execute = `/v1/workflows/${WORKFLOW}/execute`;
const MIB = 1024 * 1024;

async function open(): Promise<RawClient> {
  const client = await RawClient.open(gateway.url);
  clients.push(client);
  return client;
}

/** The status of the answer to a request whose body is announced and never sent: a server that waits for it sends none. */
async function withoutBody(method: string, path: string, ...headers: string[]): Promise<number | undefined> {
  const client = await open();
  client.head(`${method} ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers);
  const [status] = await client.answers(1);
  client.end();
  return status;
}

const ANNOUNCED = ['Content-Length: 4000000', 'Transfer-Encoding: chunked'];
const authorized = `Authorization: Bearer ${TOKEN}`;

describe('a body is not waited for', () => {
  const bodied = () => routesOf(gateway.app).filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method));
  const concrete = (path: string): string =>
    path.replace(':workflow_id', WORKFLOW).replace(':webhook_id', 'wh_aaaaaaaaaaaaaaaaaaaaaaaa');

  it.each(ANNOUNCED)('of a caller without a token, on any route (%s)', async (announced) => {
    const guarded = bodied().filter((route) => !isPublic(route));
    expect(guarded.length).toBeGreaterThan(3);
    for (const { method, path } of guarded)
      expect([method, path, await withoutBody(method, concrete(path), announced)]).toEqual([method, path, 401]);
  });

  it.each(ANNOUNCED)('of a caller without the scope (%s)', async (announced) => {
    for (const { method, path } of bodied().filter((route) => !isPublic(route) && !readsByPost(route))) {
      const status = await withoutBody(method, concrete(path), announced, `Authorization: Bearer ${READ_ONLY_TOKEN}`);
      expect([method, path, status]).toEqual([method, path, 403]);
    }
  });

  it.each(ANNOUNCED)('when there is nothing at the address (%s)', async (announced) => {
    for (const [method, path] of [
      ['POST', '/'],
      ['POST', '/v1/nothing'],
      ['POST', '/V1/workflows'],
      ['POST', '/v1/workflows/wf_invalid/execute'],
      ['POST', '/v1/webhooks/wh_aaaaaaaaaaaaaaaaaaaaaaaa'],
      ['POST', '/v1/webhooks/wh_invalid'],
    ] as const)
      expect([method, path, await withoutBody(method, path, announced, authorized)]).toEqual([method, path, 404]);
  });

  it.each(ANNOUNCED)('when the address takes other methods (%s)', async (announced) => {
    expect(await withoutBody('PUT', '/v1/workflows', announced, authorized)).toBe(405);
  });

  it('when it is announced as too large', async () => {
    const length = `Content-Length: ${LIMITS.apiBodyBytes + 1}`;
    expect(await withoutBody('POST', execute, length, authorized)).toBe(413);
    expect(await withoutBody('POST', '/v1/workflows', `Content-Length: ${MIB + 1}`, authorized)).toBe(413);
  });

  it('when it has a type or compression that is not read', async () => {
    const length = 'Content-Length: 1000';
    expect(await withoutBody('POST', execute, length, authorized, 'Content-Encoding: compress')).toBe(415);
    for (const coding of ['gzip, chunked', 'identity, chunked'])
      expect(await withoutBody('POST', execute, `Transfer-Encoding: ${coding}`, authorized)).toBe(415);
    const client = await open();
    client.head(`POST ${execute} HTTP/1.1`, 'Host: x', authorized, length, 'Content-Type: application/yaml');
    expect(await client.answers(1)).toEqual([415]);
  });
});

describe('a caller over its limit', () => {
  it('is refused before its body', async () => {
    const limited = await startGateway({ apiPerHour: 1 });
    try {
      expect((await limited.call('GET', '/v1/schemas/workflow.json')).status).toBe(200);
      await limited.call('POST', execute, { body: '{}' });
      const client = await RawClient.open(limited.url);
      clients.push(client);
      const type = 'Content-Type: application/json';
      client.head(`POST ${execute} HTTP/1.1`, 'Host: x', authorized, type, 'Content-Length: 4000000');
      expect(await client.answers(1)).toEqual([429]);
      client.end();
    } finally {
      await limited.stop();
    }
  });
});

describe('a body that is not needed', () => {
  it('is thrown away when it is small, and the connection stays open', async () => {
    const client = await open();
    const body = 'x'.repeat(200_000);
    client.head('POST /v1/workflows HTTP/1.1', 'Host: x', `Content-Length: ${body.length}`);
    client.socket.write(body);
    client.head('GET /v1/workflows HTTP/1.1', 'Host: x');
    expect(await client.answers(2)).toEqual([401, 401]);
    expect(client.closed).toBe(false);
  });

  it('ends the connection when it does not end', async () => {
    const client = await open();
    client.head('POST /v1/workflows HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked');
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MIB), Buffer.from('\r\n')]);
    let sent = 0;
    // A server that throws away any amount would take all of it.
    while (!client.socket.destroyed && sent < 256) {
      sent++;
      await new Promise<void>((resolve) => client.socket.write(chunk, () => resolve()));
    }
    await waitUntil('the end of the connection', () => client.closed);
    expect(client.statuses).toEqual([401]);
    expect(sent).toBeLessThan(128);
  });

  it('is not asked for: "100 Continue" comes when the caller may send it', async () => {
    const refused = await open();
    refused.head('POST /v1/workflows HTTP/1.1', 'Host: x', 'Content-Length: 5', 'Expect: 100-continue');
    expect(await refused.answers(1)).toEqual([401]);
    const wanted = await open();
    wanted.head(`POST ${execute} HTTP/1.1`, 'Host: x', authorized, 'Content-Length: 2', 'Expect: 100-continue');
    expect(await wanted.answers(1)).toEqual([100]);
    wanted.socket.write('{}');
    expect(await wanted.answers(2)).toEqual([100, 202]);
  });
});

describe('the size of a body', () => {
  const ofSize = (bytes: number): string => JSON.stringify({ input: 'x'.repeat(bytes - 12) });

  it('is limited by what the route takes, and the refusal has the limit', async () => {
    for (const [method, path, limit] of [
      ['POST', '/v1/workflows', LIMITS.workflowBodyBytes],
      ['PUT', `/v1/workflows/${WORKFLOW}`, LIMITS.workflowBodyBytes],
      ['PATCH', `/v1/workflows/${WORKFLOW}`, LIMITS.workflowBodyBytes],
      ['POST', execute, LIMITS.apiBodyBytes],
    ] as const) {
      const answer = await gateway.call(method, path, { body: ofSize(limit + 1) });
      expect([path, answer.status, answer.body.error]).toMatchObject([
        path,
        413,
        { code: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining(String(limit)), details: { limit_bytes: limit } },
      ]);
    }
    expect(ofSize(MIB).length).toBe(MIB);
    expect((await gateway.call('POST', execute, { body: ofSize(LIMITS.apiBodyBytes) })).status).toBe(202);
  });

  it('is counted while it arrives when it is not announced, and after decompression', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
    const pieces = new ReadableStream({
      start: (controller) => {
        for (let piece = 0; piece < 6; piece++) controller.enqueue(new Uint8Array(MIB).fill(0x20));
        controller.close();
      },
    });
    const streamed = { method: 'POST', headers, body: pieces, duplex: 'half' };
    expect((await fetch(gateway.url + execute, streamed as RequestInit)).status).toBe(413);
    for (const path of ['/v1/workflows', execute]) {
      const bomb = gzipSync(Buffer.alloc(48 * MIB, 0x20));
      expect(bomb.length).toBeLessThan(60_000);
      const packed = { ...headers, 'content-encoding': 'gzip' };
      expect((await fetch(gateway.url + path, { method: 'POST', headers: packed, body: bomb })).status).toBe(413);
    }
  });
});

describe('the form of a body', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    fetch(gateway.url + execute, { method: 'POST', body, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  const inputOf = async (answer: Response): Promise<unknown> => {
    expect(answer.status).toBe(202);
    const { execution_id: id } = (await answer.json()) as { execution_id: string };
    return (await gateway.bus.lastOnSubject(RunRequested, { organisation_id: 'org_a', execution_id: id }))?.payload
      .input;
  };

  it('is UTF-8, with or without a byte order mark', async () => {
    const type = { 'content-type': 'application/json; charset=UTF-8' };
    expect(await inputOf(await post('\ufeff{"input":"ä"}', type))).toBe('ä');
    expect(
      await inputOf(await post(new Uint8Array(gzipSync('{"input":1}')), { ...type, 'content-encoding': 'gzip' })),
    ).toBe(1);
  });

  it.each(['utf-16le', 'utf-16', 'utf-7', 'iso-8859-1', 'klingon'])('is not %s', async (charset) => {
    const deep = Buffer.from(`{"input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'utf16le');
    const answer = await post(new Uint8Array(deep), { 'content-type': `application/json; charset=${charset}` });
    expect([answer.status, await answer.json()]).toMatchObject([415, { error: { code: 'UNSUPPORTED_MEDIA_TYPE' } }]);
  });

  it('is JSON when no type is named', async () => {
    const client = await open();
    client.head(`POST ${execute} HTTP/1.1`, 'Host: x', authorized, 'Content-Length: 11');
    client.socket.write('{"inputs":1');
    expect(await client.answers(1)).toEqual([400]);
  });

  it('is refused when it is no valid compression', async () => {
    const answer = await post(new Uint8Array(randomBytes(100)), {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'INVALID_INPUT' } }]);
  });
});

describe('a call that takes no body', () => {
  const pause = `/v1/workflows/${WORKFLOW}/schedules/0/pause`;
  const send = async (body: string, type = 'application/json'): Promise<[number, unknown]> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': type };
    const answer = await fetch(gateway.url + pause, { method: 'POST', body, headers });
    const { error } = (await answer.json()) as { error?: { code: string; details: unknown } };
    return [answer.status, error && [error.code, error.details]];
  };

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'refuses fields, which would do nothing, sent as %s',
    async (type) => {
      const hint = 'No fields are known here.';
      const issues = [{ path: 'until', message: '"until" is not a known field', hint }];
      expect(await send('{"until":"2027-01-01T00:00:00Z"}', type)).toEqual([400, ['INVALID_INPUT', { issues }]]);
    },
  );

  it.each(['', '{}', ' {} ', 'null', '[]', 'reason=holiday', '{"until"'])(
    'takes %p, as clients send it',
    async (body) => {
      expect((await send(body))[0]).not.toBe(400);
    },
  );

  it('is refused when its body is larger than any of settings', async () => {
    expect((await send(`{"until":"${'x'.repeat(LIMITS.settingBodyBytes)}"}`))[0]).toBe(413);
  });
});
