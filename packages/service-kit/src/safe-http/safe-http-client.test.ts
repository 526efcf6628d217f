import type { LookupAddress } from 'node:dns';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { AppError } from '@millrace/contracts';
import { INNER_HOSTS } from '@millrace/testing';
import { AllowList } from './allow-list.js';
import type { ResolveAll } from './resolve-host.js';
import { SafeHttpClient, type SafeHttpRequest } from './safe-http-client.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let port: number;
let handler: Handler;
let connections = 0;
let requests = 0;
/** The addresses of this machine that were connected to. */
let reached: Set<string>;
const clients: SafeHttpClient[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    handler(request, response);
  });
  server.on('connection', ({ localAddress = '' }) => {
    connections++;
    reached.add(localAddress.replace('::ffff:', ''));
  });
  // All addresses of the loopback, IPv6 too: what gets through is seen.
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  port = (server.address() as AddressInfo).port;
});

beforeEach(() => {
  connections = 0;
  requests = 0;
  reached = new Set();
  handler = (request, response) =>
    void response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers }));
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function client(allowed = '', resolve?: ResolveAll): SafeHttpClient {
  const made = new SafeHttpClient({ allowed: AllowList.parse(allowed), ...(resolve === undefined ? {} : { resolve }) });
  clients.push(made);
  return made;
}

function answering(...addresses: string[]): ResolveAll {
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_, callback) => callback(null, found);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'answered';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const get = (url: string, rest: Partial<SafeHttpRequest> = {}): SafeHttpRequest => ({ method: 'GET', url, ...rest });

describe('an address that is not public', () => {
  it.each(INNER_HOSTS)('%s is refused before any packet', async (host) => {
    expect(await codeOf(client().request(get(`http://${host}:${port}/`)))).toBe('HTTP_ADDRESS_BLOCKED');
    expect(connections).toBe(0);
  });

  it("is not reached by the name with the root's dot, which not every resolver recognises", async () => {
    expect(await codeOf(client().request(get(`http://localhost.:${port}/`)))).not.toBe('answered');
    expect(connections).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])('is refused as the target of a %s', async (status) => {
    const subject = client('127.0.0.9');
    const start = `http://127.0.0.9:${port}/`;
    let location = '';
    handler = (_, response) => void response.writeHead(status, { location }).end();
    for (const host of INNER_HOSTS) {
      // Headers are ASCII.
      const written = host.replace(/[^\0-\x7f]+/g, encodeURIComponent);
      location = `${host.startsWith('1') ? '' : 'http:'}//${written}:${port}/latest`;
      expect([location, await codeOf(subject.request(get(start)))]).toEqual([location, 'HTTP_ADDRESS_BLOCKED']);
    }
    // One connection to where it begins serves all.
    expect(reached).toEqual(new Set(['127.0.0.9']));
  });

  it('is refused when any address of a name is', async () => {
    for (const bad of ['127.0.0.1', '::1', '10.0.0.7']) {
      const work = client('', answering('93.184.215.14', bad)).request(get(`http://name.example:${port}/`));
      expect(await codeOf(work)).toBe('HTTP_ADDRESS_BLOCKED');
    }
    expect(await codeOf(client('', answering()).request(get('http://name.example/')))).toBe('HTTP_ADDRESS_BLOCKED');
    expect(connections).toBe(0);
  });

  it('is not reached by a name that changes its mind (rebinding)', async () => {
    let asked = 0;
    // One that may be called when it is looked up, and one that may not be when it is looked up again.
    const rebinding: ResolveAll = (_, callback) =>
      callback(null, [{ address: asked++ % 2 === 0 ? '127.0.0.9' : '127.0.0.1', family: 4 }]);
    handler = (_, response) => void response.writeHead(200, { connection: 'close' }).end();
    const subject = client('127.0.0.9', rebinding);
    const outcomes: string[] = [];
    for (let round = 0; round < 200; round++) {
      outcomes.push(await codeOf(subject.request(get(`http://name.example:${port}/`))));
    }
    expect(outcomes).toEqual(Array.from({ length: 100 }, () => ['answered', 'HTTP_ADDRESS_BLOCKED']).flat());
    expect(reached).toEqual(new Set(['127.0.0.9']));
  });

  it('is sent nothing where a connection leads to it by an address that may be called', async () => {
    // This machine itself, which the kernel connects as 127.0.0.1.
    expect(await codeOf(client('0.0.0.0').request(get(`http://0.0.0.0:${port}/`)))).toBe('HTTP_ADDRESS_BLOCKED');
    expect(requests).toBe(0);
  });
});

describe('a request that cannot be sent', () => {
  it.each([
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'data:text/plain,x',
    'unix:/var/run/docker.sock',
    'ftp://example.com/',
    '//example.com/',
    'example.com',
    '\\\\127.0.0.1\\x',
    'http://',
    'http://user@127.0.0.1/',
    'http://user:password@example.com/',
    'http://exa mple.com/',
    `https://example.com/${'x'.repeat(9_000)}`,
  ])('%s is refused with a reason', async (url) => {
    const error: unknown = await client()
      .request(get(url))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STEP_FAILED' });
    expect((error as Error).message).not.toContain('password@');
    expect(connections).toBe(0);
  });

  it('names the header that is refused, never its value', async () => {
    for (const [name, value] of [
      ['Host', 'internal'],
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '5'],
      ['Connection', 'upgrade'],
      ['X-A', 'x\r\nX-B: y'],
      ['X A', 'x'],
      ['X-A', 'x\u0000'],
    ]) {
      const work = client('127.0.0.1').request(
        get(`http://127.0.0.1:${port}/`, { headers: { [String(name)]: String(value) } }),
      );
      const error: unknown = await work.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'STEP_FAILED' });
      expect((error as Error).message).not.toContain('X-B');
    }
    expect(connections).toBe(0);
  });

  it('goes to no port of another protocol', async () => {
    for (const wrong of [22, 25, 110, 143]) {
      expect(await codeOf(client('127.0.0.1').request(get(`http://127.0.0.1:${wrong}/`)))).toBe('HTTP_ADDRESS_BLOCKED');
    }
  });
});

describe('an allowed address', () => {
  it('is called, by name, address or network', async () => {
    for (const [allowed, host] of [
      ['localhost', 'localhost'],
      ['127.0.0.1', '127.0.0.1'],
      ['127.0.0.0/8', '127.0.0.1'],
      ['::1', '[::1]'],
    ]) {
      const answer = await client(allowed).request(get(`http://${host}:${port}/path?x=1`));
      expect(answer.status).toBe(200);
      expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({ method: 'GET', url: '/path?x=1' });
    }
  });

  it('sends no credentials on to another origin', async () => {
    const seen: IncomingMessage[] = [];
    handler = (request, response) => {
      seen.push(request);
      if (request.url === '/start') response.writeHead(302, { location: `http://localhost:${port}/other` }).end();
      else if (request.url === '/same') response.writeHead(307, { location: '/end' }).end();
      else response.end('ok');
    };
    const headers = { Authorization: 'Bearer key', Cookie: 'a=b', 'X-Api-Key': 'key', Accept: 'text/plain' };
    const subject = client('127.0.0.1,localhost');
    await subject.request({ method: 'POST', url: `http://127.0.0.1:${port}/start`, headers, body: 'secret' });
    expect(seen[1]?.method).toBe('GET');
    expect(seen[1]?.headers).toMatchObject({ accept: 'text/plain' });
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(seen[1]?.headers[name]).toBeUndefined();
    await subject.request({ method: 'POST', url: `http://127.0.0.1:${port}/same`, headers, body: 'kept' });
    expect(seen[3]?.method).toBe('POST');
    expect(seen[3]?.headers.authorization).toBe('Bearer key');
  });

  it('is not followed in a circle, nor when redirects are off', async () => {
    handler = (_, response) => void response.writeHead(302, { location: '/again' }).end();
    const url = `http://127.0.0.1:${port}/`;
    expect(await codeOf(client('127.0.0.1').request(get(url)))).toBe('HTTP_REQUEST_FAILED');
    expect((await client('127.0.0.1').request(get(url, { followRedirects: false }))).status).toBe(302);
  });

  it('may not send more than the limit, compressed or not', async () => {
    const url = `http://127.0.0.1:${port}/`;
    handler = (_, response) => void response.end(Buffer.alloc(20_000));
    expect(await codeOf(client('127.0.0.1').request(get(url, { maxResponseBytes: 10_000 })))).toBe(
      'HTTP_RESPONSE_TOO_LARGE',
    );
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    handler = (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect(await codeOf(client('127.0.0.1').request(get(url)))).toBe('HTTP_RESPONSE_TOO_LARGE');
  });

  it('is read decompressed', async () => {
    handler = (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello'));
    const answer = await client('127.0.0.1').request(get(`http://127.0.0.1:${port}/`));
    expect(Buffer.from(answer.body).toString()).toBe('hello');
  });

  it('has only so much time', async () => {
    handler = () => undefined;
    const work = client('127.0.0.1').request(get(`http://127.0.0.1:${port}/`, { timeoutMs: 50 }));
    await expect(work).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED', details: { cause: 'TIMEOUT' } });
  });

  it('is left at once when the caller gives up, with his reason', async () => {
    const controller = new AbortController();
    handler = () => controller.abort(new Error('enough'));
    const work = client('127.0.0.1').request(get(`http://127.0.0.1:${port}/`, { signal: controller.signal }));
    await expect(work).rejects.toThrow('enough');
  });

  it('of a server without TLS is a failure that says so', async () => {
    await expect(client('127.0.0.1').request(get(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: 'HTTP_REQUEST_FAILED',
      message: `The request to https://127.0.0.1:${port}/ failed: the server does not speak TLS here; is the address http://?`,
    });
  });

  it('that is no HTTP gives the name of the mistake', async () => {
    const other: TcpServer = createTcpServer((socket) => void socket.once('data', () => socket.end('220 mail ready')));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const work = client('127.0.0.1').request(get(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`));
    await expect(work).rejects.toMatchObject({
      code: 'HTTP_REQUEST_FAILED',
      message: expect.stringContaining('does not match the HTTP/1.1 protocol') as string,
      details: { cause: 'HTTPParserError' },
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it('that is not there gives the cause', async () => {
    const closed: TcpServer = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const free = (closed.address() as AddressInfo).port;
    await new Promise((resolve) => closed.close(resolve));
    const error: unknown = await client('127.0.0.1')
      .request(get(`http://127.0.0.1:${free}/?key=secret`))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'HTTP_REQUEST_FAILED', details: { cause: 'ECONNREFUSED' } });
    expect(JSON.stringify((error as AppError).toBody())).not.toContain('secret');
  });
});
