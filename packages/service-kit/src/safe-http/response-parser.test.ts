import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { AllowList } from './allow-list.js';
import { SafeHttpClient } from './safe-http-client.js';

let raw: string;
let server: Server;
let url: string;
let client: SafeHttpClient;

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(raw));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterAll(async () => {
  await client.close();
  server.close();
});

const get = () => client.request({ method: 'GET', url });
const headWith = (lines: number) => `HTTP/1.1 200 OK\r\n${'a:\r\n'.repeat(lines)}content-length: 0\r\n\r\n`;
const trailersWith = (lines: number) =>
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'a:\r\n'.repeat(lines)}\r\n`;
const extensionOf = (bytes: number) =>
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'e'.repeat(bytes)}\r\nx\r\n0\r\n\r\n`;

it.each([
  ['head', headWith],
  ['trailers', trailersWith],
])('a thousand lines are what the %s of a response may have, however short they are', async (_where, withLines) => {
  raw = withLines(900);
  expect(await get()).toMatchObject({ status: 200 });
  raw = withLines(1_100);
  await expect(get()).rejects.toMatchObject({ details: { cause: 'UND_ERR_HEADERS_OVERFLOW' } });
});

it('what is behind the sizes of chunks is limited, since it is no part of the body', async () => {
  raw = extensionOf(100_000);
  expect(Buffer.from((await get()).body).toString()).toBe('x');
  raw = extensionOf(2_000_000);
  await expect(get()).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
});

it.each(['101 Switching Protocols', '099 Low'])(
  'a status that HTTP does not allow is a bad response: %s',
  async (status) => {
    raw = `HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`;
    await expect(get()).rejects.toMatchObject({
      code: 'HTTP_REQUEST_FAILED',
      message: `The request to ${url} failed: the response is not one that HTTP allows here`,
      details: { cause: 'BAD_RESPONSE' },
    });
  },
);

it('a large body may come in many chunks', async () => {
  const chunks = `14\r\n${'0'.repeat(20)}\r\n`.repeat(200_000);
  raw = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
  expect((await get()).body).toHaveLength(4_000_000);
});

/** Counts the errors that undici makes of a response; a thread has the library for itself. */
const COUNTS_ERRORS = `
  const { createRequire } = require('node:module');
  const { parentPort, workerData } = require('node:worker_threads');
  const load = createRequire(workerData.undici);
  const errors = load('undici/lib/core/errors.js');
  let made = 0;
  errors.HeadersOverflowError = class extends errors.HeadersOverflowError {
    constructor() { super(); made++; }
  };
  load('undici').request(workerData.url).then(({ body }) => body.dump()).catch((error) => error.code)
    .then((code) => parentPort.postMessage({ code, made }));
`;

it('nothing more is parsed of a response once it has too many lines', async () => {
  raw = headWith(50_000);
  const undici = createRequire(__filename).resolve('undici');
  const worker = new Worker(COUNTS_ERRORS, { eval: true, workerData: { url, undici } });
  const [counted] = (await once(worker, 'message')) as [unknown];
  await worker.terminate();
  expect(counted).toEqual({ code: 'UND_ERR_HEADERS_OVERFLOW', made: 1 });
});
