import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import type { Application } from 'express';
import { BoundedServerAdapter, CLIENT_TIMES } from './bounded-server.js';

const CHUNKED = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
/** More than the system hands over at a time. */
const TINY = '1\r\n.\r\n'.repeat(30_000);
const LAST = '0\r\n\r\n';

let opened = 0;
let accepted = 0;
const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(listener: RequestListener): Promise<Server> {
  const adapter = new BoundedServerAdapter(CLIENT_TIMES, LIMITS.connectionsPerAddress);
  adapter.getInstance<Application>().use(listener);
  adapter.initHttpServer();
  const server = adapter.listen(0, '127.0.0.1');
  server.on('connection', () => accepted++);
  servers.push(server);
  await once(server, 'listening');
  return server;
}

async function open(server: Server, more: object = {}): Promise<Socket & { received: string }> {
  const { port } = server.address() as AddressInfo;
  const socket = Object.assign(connect({ port, host: '127.0.0.1', ...more }), { received: '' });
  sockets.push(socket);
  socket.on('error', () => undefined).on('data', (data) => (socket.received += data.toString('latin1')));
  await once(socket, 'connect');
  opened++;
  return socket;
}

/** The server takes one connection in a turn of the event loop. */
const allAccepted = () => waitUntil('the server to have all connections', () => accepted === opened);

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += (piece as Buffer).toString('latin1');
  return text;
}

test('of bodies in tiny pieces a bounded part is parsed in one turn of the event loop, however many there are', async () => {
  const count = 20;
  let pieces = 0;
  let bodies = 0;
  const server = await listen((request, response) => {
    request.on('data', () => pieces++);
    request.on('end', () => {
      bodies++;
      response.end();
    });
  });
  const all = await Promise.all(Array.from({ length: count }, () => open(server)));
  await allAccepted();
  for (const socket of all) socket.write(CHUNKED + TINY + LAST);
  let most = 0;
  while (bodies < count) {
    const before = pieces;
    await turn();
    most = Math.max(most, pieces - before);
  }
  expect(pieces).toBe(count * 30_000);
  // Twice 4 times 256, and what is too little to wait; without turns it is what all have sent.
  expect(most).toBeLessThan(6_000);
});

test('who connects does not wait until what others have sent is parsed, once for each connection before', async () => {
  let pieces = 0;
  let found: number | undefined;
  const server = await listen((request, response) => {
    if (request.method === 'GET') found = pieces;
    request.on('data', () => pieces++);
    request.on('end', () => response.end());
  });
  const all = await Promise.all(Array.from({ length: 20 }, () => open(server)));
  await allAccepted();
  for (const socket of all) socket.write(CHUNKED + TINY + LAST);
  await waitUntil('the bodies', () => pieces > 0);
  for (const socket of await Promise.all(Array.from({ length: 500 }, () => open(server)))) socket.destroy();
  const last = await open(server);
  const before = pieces;
  last.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await waitUntil('the answer', () => found !== undefined);
  // A turn parses about a thousand; of some 520 connections each took a turn.
  expect(found ?? Infinity).toBeLessThan(before + 150_000);
  expect(found ?? Infinity).toBeLessThan(250_000);
});

// Elsewhere a machine has one address of its own.
const whereThereAreTwoAddresses = process.platform === 'linux' ? test : test.skip;

whereThereAreTwoAddresses('an address does not wait behind all that another one sends', async () => {
  const count = 200;
  const ended: string[] = [];
  const server = await listen(
    (request, response) =>
      void textOf(request).then(() => {
        ended.push(request.url ?? '');
        response.end();
      }),
  );
  const many = await Promise.all(Array.from({ length: count }, () => open(server)));
  const other = await open(server, { localAddress: '127.0.0.2' });
  await allAccepted();
  const body = '1\r\n.\r\n'.repeat(2_000) + LAST;
  for (const socket of many) socket.write(CHUNKED.replace('/', '/many') + body);
  other.write(CHUNKED.replace('/', '/other') + body);
  await waitUntil('all to end', () => ended.length === count + 1, 60_000);
  expect(ended.indexOf('/other')).toBeLessThan(count / 2);
});

test('what is sent arrives whole and in order, whatever its lines', async () => {
  const texts = [
    'a'.repeat(300_000),
    '\n'.repeat(100_000),
    Array.from({ length: 20_000 }, (_, index) => `${'x'.repeat(index % 40)}${index}`).join('\n'),
  ];
  const server = await listen((request, response) => void textOf(request).then((text) => response.end(text)));
  const socket = await open(server);
  for (const text of texts) {
    socket.received = '';
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    await waitUntil('the answer', () => socket.received.endsWith(`${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`) || socket.received.endsWith(`\r\n\r\n${text}`)); // prettier-ignore
  }
});

test('a client that ends its side behind its request gets the answer', async () => {
  const server = await listen(
    (request, response) => void textOf(request).then((text) => response.end(String(text.length))),
  );
  const socket = await open(server);
  socket.end(CHUNKED + TINY + LAST);
  await waitUntil('the answer', () => socket.received.endsWith('30000'));
});

test('a body that nobody reads yet is not taken off the connection, and whole when it is read', async () => {
  let read: (() => void) | undefined;
  let buffered = (): number => 0;
  let room = 0;
  const server = await listen((request, response) => {
    buffered = () => request.readableLength;
    room = request.readableHighWaterMark;
    read = () => void textOf(request).then((text) => response.end(String(text.length)));
  });
  const socket = await open(server);
  // Many times what a request takes before it is read.
  socket.write(CHUNKED + TINY.repeat(10) + LAST);
  await waitUntil('the request', () => read !== undefined);
  for (let turns = 0; turns < 2_000; turns++) await turn();
  expect(buffered()).toBeLessThan(room + 2_000);
  read?.();
  await waitUntil('the answer', () => socket.received.endsWith('300000'));
});

test('the next request of a connection may follow in the same breath', async () => {
  const server = await listen((request, response) => void textOf(request).then(() => response.end(request.url)));
  const socket = await open(server);
  const urls = Array.from({ length: 10 }, (_, index) => `/${index}`);
  socket.write(urls.map((url) => CHUNKED.replace('/', url) + '1\r\n.\r\n'.repeat(500) + LAST).join(''));
  await waitUntil('all answers', () => socket.received.endsWith('\r\n\r\n/9'));
  expect([...socket.received.matchAll(/\r\n\r\n(\/\d)/g)].map(([, url]) => url)).toEqual(urls);
});
