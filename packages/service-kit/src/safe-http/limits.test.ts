import { randomBytes } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { AllowList } from './allow-list.js';
import { BodyCollector } from './body-collector.js';
import { Exchange } from './exchange.js';
import type { ResolveAll } from './resolve-host.js';
import { nextHop } from './redirects.js';
import { SafeHttpClient, type SafeHttpRequest } from './safe-http-client.js';

let server: Server;
let url: string;
let respond: (response: ServerResponse, request: IncomingMessage) => void;
const clients: SafeHttpClient[] = [];

beforeAll(async () => {
  server = createServer((request, response) => respond(response, request));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  server.closeAllConnections();
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function aClient(resolve?: ResolveAll): SafeHttpClient {
  const client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1'), ...(resolve ? { resolve } : {}) });
  clients.push(client);
  return client;
}

const get = (rest: Partial<SafeHttpRequest> = {}) => aClient().request({ method: 'GET', url, ...rest });

describe('redirects', () => {
  it('are followed five times, and not once more', async () => {
    let calls = 0;
    respond = (response) => void response.writeHead(302, { location: `/${calls++}` }).end();
    await expect(get()).rejects.toMatchObject({ details: { cause: 'TOO_MANY_REDIRECTS' } });
    expect(calls).toBe(6);
  });

  it('have together no more time than one request', async () => {
    respond = (response, request) => {
      if (request.url === '/') response.writeHead(302, { location: '/silent' }).end();
    };
    await expect(get({ timeoutMs: 100 })).rejects.toMatchObject({ details: { cause: 'TIMEOUT' } });
  });

  it.each([
    ['another protocol', 'ftp://127.0.0.1/', 'STEP_FAILED'],
    ['a password', 'http://user:word@127.0.0.1/', 'STEP_FAILED'],
    ['an address that is not public', 'http://127.0.0.2/', 'HTTP_ADDRESS_BLOCKED'],
  ])('lead to no address with %s', async (_what, location, code) => {
    respond = (response) => void response.writeHead(302, { location }).end();
    await expect(get()).rejects.toMatchObject({ code });
  });

  it('lead to no address with a port of another protocol', async () => {
    respond = (response) => void response.writeHead(302, { location: 'http://127.0.0.1:25/' }).end();
    await expect(get()).rejects.toMatchObject({ code: 'HTTP_ADDRESS_BLOCKED' });
  });

  it('lead not from https to http', () => {
    const hop = { method: 'GET', url: new URL('https://one.example/'), headers: {}, body: undefined };
    expect(() => nextHop(hop, 302, 'http://one.example/')).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ cause: 'INSECURE_REDIRECT' }) as object }),
    );
    expect(nextHop(hop, 302, 'https://one.example/two')?.url.pathname).toBe('/two');
  });
});

describe('an answer', () => {
  it('has no headers without end', async () => {
    respond = (response) => void response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end();
    await expect(get()).rejects.toMatchObject({ details: { cause: 'UND_ERR_HEADERS_OVERFLOW' } });
  });

  it('is without what was sent before it', async () => {
    respond = (response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
      response.end('there');
    };
    const { status, headers } = await get();
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('link');
  });

  it('to HEAD has no body that could be decompressed', async () => {
    respond = (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end();
    expect(await get({ method: 'HEAD' })).toMatchObject({ status: 200, body: new Uint8Array(0) });
  });

  it('takes no more memory than it may have bytes', () => {
    const collector = new BodyCollector({ maxBytes: 100_000 });
    for (const bytes of [60_000, 1]) collector.add(new Uint8Array(bytes));
    expect(collector.body.length).toBe(60_001);
    expect(collector.body.buffer.byteLength).toBe(100_000);
  });

  it('is not taken from the connection while what has come is still being decompressed', async () => {
    const calls: string[] = [];
    let resumed: () => void = () => undefined;
    const drained = new Promise<void>((resolve) => (resumed = resolve));
    // Of a connection only this is used.
    const controller = {
      pause: () => void calls.push('pause'),
      resume: () => {
        calls.push('resume');
        resumed();
      },
      abort: () => void calls.push('abort'),
    } as unknown as Dispatcher.DispatchController;
    const exchange = new Exchange({
      method: 'GET',
      limits: { maxBytes: 10_000_000 },
      wantsBody: () => true,
      done: () => undefined,
      failed: () => undefined,
    });
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, { 'content-encoding': 'gzip' });
    exchange.onResponseData(controller, gzipSync(randomBytes(1_000_000)));
    expect(calls).toEqual(['pause']);
    await drained;
    expect(calls).toEqual(['pause', 'resume']);
    exchange.abort(new Error('over'));
  });
});

describe('a request that is given up', () => {
  it('is not sent when its connection is made after that', async () => {
    const found: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];
    const controller = new AbortController();
    let connect: () => void = () => undefined;
    const client = aClient((_, callback) => {
      connect = () => callback(null, found);
      controller.abort(new Error('enough'));
    });
    const paths: unknown[] = [];
    respond = (response, request) => {
      paths.push(request.url);
      response.end();
    };
    const { port } = new URL(url);
    const connected = once(server, 'connection');
    const named = `http://name.example:${port}`;
    await expect(client.request({ method: 'GET', url: `${named}/first`, signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    connect();
    await connected;
    const second = client.request({ method: 'GET', url: `${named}/second` });
    connect();
    await second;
    expect(paths).toEqual(['/second']);
  });

  it('ends its connection', async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    respond = (response) => {
      closed = once(response, 'close');
      controller.abort(new Error('enough'));
    };
    await expect(get({ signal: controller.signal })).rejects.toThrow('enough');
    await closed;
  });
});
