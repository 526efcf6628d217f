import { getEventListeners, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { AppError, LIMITS } from '@millrace/contracts';
import { AllowList } from './allow-list.js';
import { SafeHttpClient, type SafeHttpRequest } from './safe-http-client.js';

let server: Server;
let client: SafeHttpClient;
let url: string;
let connections = 0;
let respond: (response: ServerResponse, path: string) => void;

beforeAll(async () => {
  server = createServer((request, response) => respond(response, request.url ?? ''));
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  connections = 0;
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const get = (rest: Partial<SafeHttpRequest> = {}) => client.request({ method: 'GET', url, ...rest });
const textOf = ({ body }: { body: Uint8Array }) => Buffer.from(body).toString();

/** Writes until the client closes the connection; resolves then. */
async function writeForEver(response: ServerResponse): Promise<void> {
  const closed = once(response, 'close');
  const chunk = Buffer.alloc(4_096);
  const more = (): void => {
    if (!response.destroyed) response.write(chunk, more);
  };
  more();
  await closed;
}

describe('the body of an answer', () => {
  it('is put together from many chunks', async () => {
    const text = 'größer '.repeat(10_000);
    respond = (response) => {
      for (let at = 0; at < text.length; at += 997) response.write(text.slice(at, at + 997));
      response.end();
    };
    const counted: number[] = [];
    const answer = await get({ onBytes: (bytes) => counted.push(bytes) });
    expect(textOf(answer)).toBe(text);
    expect(counted.at(-1)).toBe(answer.body.length);
    expect(counted).toEqual([...counted].sort((a, b) => a - b));
  });

  it('takes the connection along only when it is too large', async () => {
    respond = (response) => void response.end('short');
    for (let call = 0; call < 8; call++) expect(textOf(await get())).toBe('short');
    // A connection serves again one turn of the event loop after its answer.
    expect(connections).toBeLessThanOrEqual(2);
    const before = connections;
    respond = (response) => void response.end(Buffer.alloc(200_000));
    await expect(get({ maxResponseBytes: 100_000 })).rejects.toMatchObject({ code: 'HTTP_RESPONSE_TOO_LARGE' });
    respond = (response) => void response.end('short');
    for (let call = 0; call < 8; call++) expect(textOf(await get())).toBe('short');
    expect(connections).toBeLessThanOrEqual(before + 1);
  });

  it('is decompressed no faster than it is read, however large it is', async () => {
    const large = randomBytes(4_000_000).toString('hex');
    respond = (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large));
    expect(textOf(await get())).toBe(large);
  });

  it('ends where the compressed data end, whatever follows', async () => {
    let closed: Promise<void> | undefined;
    respond = (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(gzipSync('whole'));
      closed = writeForEver(response);
    };
    expect(textOf(await get())).toBe('whole');
    await closed;
  });

  it('that breaks off is a failure, compressed or not', async () => {
    for (const encoding of ['identity', 'gzip']) {
      respond = (response) => {
        response.writeHead(200, { 'content-encoding': encoding, 'content-length': '1000' });
        response.write(gzipSync('x'.repeat(500)), () => response.destroy());
      };
      await expect(get()).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
    }
    respond = (response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('whole').subarray(0, 12));
    await expect(get()).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
  });
});

it('that never comes, behind informational ones for ever, is a failure', async () => {
  const told = (response: ServerResponse): void => {
    const go = (): void => {
      if (response.destroyed) return;
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      setImmediate(go);
    };
    go();
  };
  respond = told;
  await expect(get()).rejects.toMatchObject({
    code: 'HTTP_REQUEST_FAILED',
    message: expect.stringContaining('informational responses'),
  });
  respond = (response) => {
    for (let hint = 0; hint < 10; hint++) response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('there');
  };
  expect(textOf(await get())).toBe('there');
});

describe('the body of a redirect', () => {
  it('is read when it is short, so that the connection serves the next request', async () => {
    respond = (response, path) =>
      path === '/' ? void response.writeHead(302, { location: '/next' }).end('moved') : void response.end('there');
    for (let call = 0; call < 8; call++) expect(textOf(await get())).toBe('there');
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('is not read to an end that never comes', async () => {
    let closed: Promise<void> | undefined;
    respond = (response, path) => {
      if (path !== '/') return void response.end('there');
      response.writeHead(302, { location: '/next' });
      closed = writeForEver(response);
    };
    expect(textOf(await get())).toBe('there');
    await closed;
  });
});

it('is given up while its connection is still being made', async () => {
  const controller = new AbortController();
  const waiting = new SafeHttpClient({
    allowed: AllowList.parse('127.0.0.1'),
    // Never responds.
    resolve: () => controller.abort(new Error('enough')),
  });
  const work = waiting.request({ method: 'GET', url: 'http://name.example/', signal: controller.signal });
  await expect(work).rejects.toThrow('enough');
  await waiting.close();
});

it('is not sent when it was given up before', async () => {
  respond = (response) => void response.end();
  await expect(get({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  expect(connections).toBe(0);
});

it('leaves no timer and no listener behind', async () => {
  respond = (response) => void response.end('short');
  const { signal } = new AbortController();
  // Only to count them: none of them falls due here.
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance', 'Date'],
  });
  try {
    for (let call = 0; call < 8; call++) await get({ signal });
    // Each connection has one of its own, which closes it when it is idle.
    expect(jest.getTimerCount()).toBeLessThan(8);
  } finally {
    jest.useRealTimers();
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('a body that is taken as it comes', () => {
  const taken = async (body: AsyncIterable<Uint8Array>, into: Buffer[]): Promise<void> => {
    for await (const chunk of body) into.push(Buffer.from(chunk));
  };

  it.each(['identity', 'gzip'])('is whole, and takes the connection along (%s)', async (encoding) => {
    const bytes = randomBytes(3_000_000);
    respond = (response) =>
      void response.writeHead(200, { 'content-encoding': encoding }).end(encoding === 'gzip' ? gzipSync(bytes) : bytes);
    for (let call = 0; call < 3; call++) {
      const chunks: Buffer[] = [];
      const { body, status } = await get({ receive: () => (content) => taken(content, chunks) });
      expect([status, body.length]).toEqual([200, 0]);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    }
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('comes no faster than it is taken', async () => {
    let sent = 0;
    respond = (response) => {
      const more = (): void => {
        if (response.destroyed || sent > 60_000_000) return void response.end();
        sent += 65_536;
        response.write(Buffer.alloc(65_536), more);
      };
      more();
    };
    const receive = () => async (body: AsyncIterable<Uint8Array>) => {
      for await (const chunk of body) {
        if (chunk.length === 0) continue;
        await new Promise((resolve) => setTimeout(resolve, 300));
        throw new Error('enough');
      }
    };
    await expect(get({ receive })).rejects.toThrow('enough');
    expect(sent).toBeLessThan(30_000_000);
  });

  it('ends the request by an error of whoever takes it, and its connection', async () => {
    let closed: Promise<void> | undefined;
    respond = (response) => void (closed = writeForEver(response));
    const refusal = new AppError('FILE_TOO_LARGE');
    const receive = () => async (body: AsyncIterable<Uint8Array>) => {
      for await (const chunk of body) if (chunk.length > 0) throw refusal;
    };
    await expect(get({ receive })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    await closed;
  });

  it('that breaks off is a failure for whoever takes it too', async () => {
    respond = (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x', () => response.destroy());
    };
    let heard: unknown;
    const receive = () => async (body: AsyncIterable<Uint8Array>) => {
      try {
        await taken(body, []);
      } catch (error) {
        heard = error;
        throw error;
      }
    };
    await expect(get({ receive })).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toBeInstanceOf(Error);
  });

  it('is given up with the request', async () => {
    const controller = new AbortController();
    respond = (response) => void response.write('x');
    const receive = () => async (body: AsyncIterable<Uint8Array>) => {
      for await (const chunk of body) if (chunk.length > 0) controller.abort(new Error('given up'));
    };
    await expect(get({ receive, signal: controller.signal })).rejects.toThrow('given up');
  });
});

describe('a request body that is sent as it comes', () => {
  const streamed = (length: number, chunks: readonly string[]) => ({
    length,

    open: async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
    },
  });
  const echo = (): void => {
    respond = (response, path) => {
      if (path === '/') return void response.writeHead(307, { location: '/next' }).end();
      const { req } = response;
      void (async () => {
        let body = '';
        for await (const chunk of req) body += String(chunk);
        response.end(JSON.stringify([req.headers['content-length'], req.headers['transfer-encoding'], body]));
      })();
    };
  };

  it('has its length, and is sent again where a redirect says so', async () => {
    echo();
    const answer = await get({ method: 'POST', body: streamed(6, ['abc', 'def']) });
    expect(JSON.parse(textOf(answer))).toEqual(['6', null, 'abcdef']);
  });

  it.each([5, 7])('fails the request when it has not the length that it said (%i)', async (length) => {
    echo();
    await expect(
      get({ url: `${url}next`, method: 'POST', body: streamed(length, ['abc', 'def']) }),
    ).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
  });

  it('fails the request when it breaks', async () => {
    echo();
    const body = {
      length: 6,

      open: async function* () {
        yield Buffer.from('abc');
        throw new AppError('FILE_NOT_FOUND');
      },
    };
    await expect(get({ url: `${url}next`, method: 'POST', body })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('the pieces of a body', () => {
  it('are taken a few at a time when they are tiny, so that other work goes on between them', async () => {
    const pieces = LIMITS.responsePieces;
    respond = ({ socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n');
      socket?.end(`${'1\r\nx\r\n'.repeat(pieces)}0\r\n\r\n`);
    };
    let taken = 0;
    let seen = 0;
    let ended = false;
    const inTurns: number[] = [];
    const look = (): void => {
      if (taken > seen) inTurns.push(taken - seen);
      seen = taken;
      if (!ended) setImmediate(look);
    };
    setImmediate(look);
    const calls = Array.from({ length: 4 }, () => {
      let before = 0;
      const onBytes = (bytes: number): void => void ((taken += bytes - before), (before = bytes));
      return get({ onBytes });
    });
    for (const { body } of await Promise.all(calls)) expect(body).toHaveLength(pieces);
    ended = true;
    // The first of each come in one turn; after that it is one body in each.
    expect(Math.max(...inTurns)).toBeLessThanOrEqual(5 * 256);
    expect(inTurns.filter((count) => count > 2 * 256).length).toBeLessThanOrEqual(4);
  });

  it('may come in any number of pieces, but not in countless tiny ones, whether it is wanted or not', async () => {
    const shreds = (bytes: number) => (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
      // As the pieces are on the wire, many in one packet.
      const piece = `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
      const { socket } = response;
      socket?.write(piece.repeat(LIMITS.responsePieces + 10));
      socket?.end('0\r\n\r\n');
    };
    respond = shreds(32);
    expect((await get()).body).toHaveLength(32 * (LIMITS.responsePieces + 10));
    respond = shreds(1);
    const refused = { code: 'HTTP_RESPONSE_TOO_LARGE', details: { limit_pieces: LIMITS.responsePieces } };
    await expect(get()).rejects.toMatchObject(refused);
    let taken = 0;
    const receive = () => async (body: AsyncIterable<Uint8Array>) => {
      for await (const piece of body) taken += piece.length;
    };
    await expect(get({ receive })).rejects.toMatchObject(refused);
    expect(taken).toBeLessThanOrEqual(LIMITS.responsePieces);
  });
});
