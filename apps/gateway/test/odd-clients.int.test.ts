import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { BodyPieces } from '../src/http/body-pieces.js';
import { CLIENT_TIMES } from '../src/http/bounded-server.js';
import { startGateway, TOKEN, WORKFLOW, type RunningGateway } from './gateway.fixture.js';
import { RawClient } from './raw-client.js';

let gateway: RunningGateway;
const clients: RawClient[] = [];

beforeAll(async () => {
  const clientTimes = {
    ...CLIENT_TIMES,
    headersTimeout: 300,
    requestTimeout: 300,
    discardTimeout: 300,
    timeout: 300,
    connectionsCheckingInterval: 50,
  };
  gateway = await startGateway({ clientTimes });
});
afterEach(() => clients.splice(0).forEach((client) => client.end()));
afterAll(() => gateway.stop());

/** A response of the API, although nothing of the API has seen the request. */
function expectRefusal({ received }: RawClient, status: number, code: string): void {
  expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(received).toMatch(/\r\nX-Request-Id: req_\w{20}\r\n/);
  const body = JSON.parse(received.slice(received.indexOf('\r\n\r\n') + 4)) as { error: Record<string, unknown> };
  expect(body.error).toMatchObject({
    code,
    details: expect.any(Object) as object,
    request_id: expect.any(String) as string,
  });
}

const authorized = `Authorization: Bearer ${TOKEN}`;
const execute = `POST /v1/workflows/${WORKFLOW}/execute HTTP/1.1`;

async function open(): Promise<RawClient> {
  const client = await RawClient.open(gateway.url);
  clients.push(client);
  return client;
}

describe('a client that stalls', () => {
  it('in its headers is hung up on', async () => {
    const client = await open();
    client.socket.write('GET /v1/workflows HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    await waitUntil('the end of the connection', () => client.closed || client.received.includes('408'));
  });

  it('in its headers gets a refusal, while it still listens', async () => {
    // Only the time for headers is short, so that no other one ends the connection.
    const times = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 };
    const other = await startGateway({ clientTimes: { ...CLIENT_TIMES, ...times } });
    const client = await RawClient.open(other.url);
    try {
      client.socket.write('GET /v1/workflows HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      await waitUntil('the end of the connection', () => client.closed);
      expectRefusal(client, 408, 'REQUEST_TIMEOUT');
    } finally {
      client.end();
      await other.stop();
    }
  });

  it('in a body that is waited for is hung up on', async () => {
    const client = await open();
    client.head(execute, 'Host: x', authorized, 'Content-Type: application/json', 'Content-Length: 100');
    client.socket.write('{"input":');
    await waitUntil('the end of the connection', () => client.closed || client.received.includes('408'));
    expect(client.statuses).not.toContain(202);
  });

  it('in a body that is not needed is disconnected too', async () => {
    // Only the time for such a body is short, so that no other one ends it.
    const other = await startGateway({ clientTimes: { ...CLIENT_TIMES, discardTimeout: 300 } });
    const client = await RawClient.open(other.url);
    try {
      client.head('POST /v1/workflows HTTP/1.1', 'Host: x', 'Content-Length: 100');
      expect(await client.answers(1)).toEqual([401]);
      await waitUntil('the end of the connection', () => client.closed);
    } finally {
      client.end();
      await other.stop();
    }
  });

  it('has in production the times of docs/limits.md', async () => {
    const ordinary = await startGateway();
    try {
      const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = ordinary.app.getHttpServer();
      // No property of the server.
      const { discardTimeout } = CLIENT_TIMES;
      expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout, discardTimeout }).toEqual({
        timeout: LIMITS.stalledConnectionMs,
        discardTimeout: LIMITS.discardedBodyMs,
        headersTimeout: LIMITS.requestHeaderMs,
        requestTimeout: LIMITS.requestMs,
        keepAliveTimeout: LIMITS.idleConnectionMs,
      });
    } finally {
      await ordinary.stop();
    }
  });
});

describe('a body in tiny pieces', () => {
  const pieces = (count: number): string => '1\r\n \r\n'.repeat(count);
  const chunked = ['Host: x', 'Content-Type: application/json', 'Transfer-Encoding: chunked'];

  it('is taken, up to a number of them', async () => {
    // Not the one whose clients have little time.
    const patient = await startGateway();
    const collected = jest.spyOn(BodyPieces.prototype, 'add');
    try {
      for (const [count, status] of [
        [LIMITS.bodyPieces - 1, 202],
        [LIMITS.bodyPieces + 1, 400],
      ] as const) {
        const client = await RawClient.open(patient.url);
        clients.push(client);
        client.head(execute, authorized, ...chunked);
        client.socket.write(`${pieces(count)}2\r\n{}\r\n0\r\n\r\n`);
        expect(await client.answers(1)).toEqual([status]);
        // As often as a piece came: none is held by itself.
        expect(collected.mock.calls.length).toBeGreaterThanOrEqual(LIMITS.bodyPieces);
        collected.mockClear();
        if (status === 400) expect(client.received).toContain(`more than ${LIMITS.bodyPieces} pieces`);
      }
    } finally {
      collected.mockRestore();
      await patient.stop();
    }
  });

  it('that is not needed is taken off the connection up to a number of them', async () => {
    // No time ends the connection while the test waits for it.
    const patient = await startGateway({
      clientTimes: { ...CLIENT_TIMES, discardTimeout: CLIENT_TIMES.requestTimeout },
    });
    try {
      const client = await RawClient.open(patient.url);
      clients.push(client);
      client.head('POST /v1/workflows HTTP/1.1', ...chunked);
      expect(await client.answers(1)).toEqual([401]);
      client.socket.write(`${pieces(LIMITS.discardedBodyPieces + 1)}0\r\n\r\n`);
      // Served on a connection from which any number would be taken.
      client.head('GET /v1/workflows HTTP/1.1', 'Host: x');
      await waitUntil('the end of the connection', () => client.closed || client.statuses.length > 1);
      expect(client.statuses).toEqual([401]);
    } finally {
      await patient.stop();
    }
  });
});

describe('headers', () => {
  it('of more than 16 KiB are refused by the server', async () => {
    const client = await open();
    client.head('GET /v1/workflows HTTP/1.1', 'Host: x', `X-Long: ${'a'.repeat(LIMITS.requestHeaderBytes)}`);
    expect(await client.answers(1)).toEqual([431]);
    await waitUntil('the end of the connection', () => client.closed);
    expectRefusal(client, 431, 'HEADERS_TOO_LARGE');
    expect(client.received).toContain(`"limit_bytes":${LIMITS.requestHeaderBytes}`);
  });

  it('that are none are refused as other requests are', async () => {
    const client = await open();
    client.socket.write('Tell me about your workflows\r\n\r\n');
    await waitUntil('the end of the connection', () => client.closed);
    expectRefusal(client, 400, 'MALFORMED_REQUEST');
  });

  it('that come behind a request that is being served do not get into its response', async () => {
    const client = await open();
    client.socket.write(
      `GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/me HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n`,
    );
    await waitUntil('the end of the connection', () => client.closed);
    // Whatever came is whole.
    for (const part of client.received.split('HTTP/1.1 ').slice(1))
      expect(part).toMatch(/^\d{3} [^]*\r\n\r\n(\{[^]*\})?$/);
  });

  it.each([
    ['Host', ['Host: x', authorized, 'hOST: y']],
    ['Authorization', ['Host: x', authorized, 'authorization: Bearer other']],
    ['Authorization', ['Host: x', authorized, authorized]],
  ])('that say twice who sends or who is meant (%s) are refused, also by calls of webhooks', async (name, lines) => {
    for (const address of ['GET /v1/workflows', 'GET /webhooks/wh_1', 'GET /nothing']) {
      const client = (await open()).head(`${address} HTTP/1.1`, ...lines);
      await client.answers(1);
      expectRefusal(client, 400, 'INVALID_INPUT');
      expect(client.received).toContain(`The request has several ${name} headers; send one`);
    }
  });

  it('in large numbers are refused, not dropped', async () => {
    const client = await open();
    const many = Array.from({ length: LIMITS.requestHeaders }, () => 'a: 1');
    client.head('GET /v1/workflows HTTP/1.1', 'Host: x', ...many, authorized);
    expect(await client.answers(1)).toEqual([400]);
  });
});

describe('an address in other letters', () => {
  it.each(['/V1/workflows', '/v1/Workflows', `/v1/workflows/${WORKFLOW}/Execute`, '/v1/WEBHOOKS/x'])(
    '%s is no route',
    async (path) => {
      const answer = await gateway.call('POST', path, { body: '{"input":1}' });
      expect([answer.status, answer.body.error?.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
    },
  );
});

describe('a query with thousands of parameters', () => {
  const query = 'a&'.repeat(7_000);

  it('is refused where a query is read', async () => {
    const answer = await gateway.call('GET', `/v1/workflows?${query}`);
    expect(answer.body.error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('1000') });
  });

  it('is not looked at for an address that does not exist, or without a token', async () => {
    expect((await gateway.call('POST', `/v1/webhooks/wh_${'a'.repeat(24)}?${query}`)).status).toBe(404);
    expect((await gateway.call('GET', `/v1/workflows?${query}`, { token: null })).status).toBe(401);
  });
});

describe('a client that sends many requests before it reads', () => {
  it('gets all responses, in order', async () => {
    const client = await open();
    for (let count = 0; count <= LIMITS.pipelinedRequests; count++)
      client.head(`GET /v1/workflows/${'x'.repeat(count)} HTTP/1.1`, 'Host: x', `X-Request-Id: number-${count}`);
    await client.answers(LIMITS.pipelinedRequests + 1);
    expect([...client.received.matchAll(/number-(\d+)\r/g)].map((match) => Number(match[1]))).toEqual(
      Array.from({ length: LIMITS.pipelinedRequests + 1 }, (_, count) => count),
    );
  });

  it('learns by the end of the connection that nothing behind a request for another protocol is answered', async () => {
    const client = await open();
    const other = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    client.socket.write(`GET /a HTTP/1.1\r\nHost: x\r\n${other}\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n`);
    await waitUntil('the end of the connection', () => client.closed);
    expect(client.statuses).toEqual([404]);
    expect(client.received).toMatch(/\r\nConnection: close\r\n/);
  });

  it('is hung up on when there are more than anybody needs', async () => {
    const client = await open();
    client.socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000));
    await waitUntil('the end of the connection', () => client.closed);
    expect(client.statuses.length).toBeLessThanOrEqual(1);
  });

  it('is hung up on when it takes nothing for a time', async () => {
    const accepted = once(gateway.app.getHttpServer(), 'connection') as Promise<[Socket]>;
    const client = await open();
    const [connection] = await accepted;
    client.socket.pause();
    client.socket.write(
      'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(LIMITS.pipelinedRequests + 1),
    );
    await waitUntil('the end of the connection', () => connection.destroyed);
  });
});

describe('many requests that arrive at once', () => {
  it('are begun a few in a turn of the event loop', async () => {
    const patient = await startGateway();
    const count = 200;
    try {
      const connected = new Set<Socket>();
      const begunIn = new Map<ServerResponse, number>();
      let turns = 0;
      const server = patient.app.getHttpServer();
      server.on('connection', (socket: Socket) => connected.add(socket));
      // Before the application's own listener. The first thing that is done for a request is to name it in its answer.
      server.prependListener('request', (_: unknown, response: ServerResponse) => {
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (...header) => {
          if (!begunIn.has(response)) begunIn.set(response, turns);
          return setHeader(...header);
        };
      });
      const all = await Promise.all(Array.from({ length: count }, () => RawClient.open(patient.url)));
      clients.push(...all);
      await waitUntil('the server to have all connections', () => connected.size === count);
      // Written in one turn, so that the server finds all of them in its next one.
      for (const client of all) client.head('GET /nowhere HTTP/1.1', 'Host: x');
      while (begunIn.size < count) {
        await turn();
        turns++;
      }
      const inOneTurn = new Map<number, number>();
      for (const at of begunIn.values()) inOneTurn.set(at, (inOneTurn.get(at) ?? 0) + 1);
      // 4 when they arrive and 4 of those that wait may be between two looks of the test.
      expect(Math.max(...inOneTurn.values())).toBeLessThanOrEqual(8);
    } finally {
      await patient.stop();
    }
  });
});

describe('an address with too many connections', () => {
  const most = 3;

  async function connected(to: RunningGateway, count: number): Promise<RawClient[]> {
    const all: RawClient[] = [];
    for (let index = 0; index < count; index++) {
      all.push(await RawClient.open(to.url));
      // Refused connections are accepted first.
      all.at(-1)?.head('GET /docs/start.js HTTP/1.1', 'Host: x');
    }
    for (const client of all) await waitUntil('an end', () => client.closed || client.statuses.length > 0);
    clients.push(...all);
    return all;
  }

  it('gets no more of them, until it has fewer', async () => {
    const bounded = await startGateway({ connectionsPerAddress: most });
    try {
      const all = await connected(bounded, most + 1);
      expect(all.map((client) => client.statuses)).toEqual([...Array<number[]>(most).fill([200]), []]);
      all[0]?.end();
      await waitUntil('room', async () => (await connected(bounded, 1))[0]?.statuses[0] === 200);
    } finally {
      await bounded.stop();
    }
  });

  it('gets them when it is a trusted proxy', async () => {
    const bounded = await startGateway({ connectionsPerAddress: most, trustedProxies: ['127.0.0.1'] });
    try {
      const all = await connected(bounded, most + 1);
      expect(all.map((client) => client.statuses)).toEqual(Array<number[]>(most + 1).fill([200]));
    } finally {
      await bounded.stop();
    }
  });
});
