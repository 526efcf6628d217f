import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Server } from 'node:http';
import { waitUntil } from '@millrace/testing';
import express from 'express';
import { DiscardedBytes, discardUnreadBody } from './unread-body.js';

const MIB = 1024 * 1024;

it('so much may be thrown away in a second, and as much in the next', () => {
  let now = 1_000;
  const discarded = new DiscardedBytes(100, () => now);
  expect([60, 40, 1].map((bytes) => discarded.take(bytes))).toEqual([true, true, false]);
  now = 2_000;
  expect([100, 1].map((bytes) => discarded.take(bytes))).toEqual([true, false]);
});

describe('the connection of a body that nobody reads', () => {
  let server: Server;
  let client: Socket;

  async function send(discarded: DiscardedBytes, bytes: number): Promise<void> {
    const app = express().use(discardUnreadBody(60_000, discarded), (_request, response) => response.status(429).end());
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`);
    client.write(Buffer.alloc(bytes));
  }
  afterEach(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('stays open while others are not too many', async () => {
    await send(new DiscardedBytes(4 * MIB, () => 0), 3 * MIB);
    let received = '';
    client.on('data', (piece: Buffer) => (received += piece.toString()));
    await waitUntil('the response', () => received.includes('429'));
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitUntil('another one', () => received.split('429').length === 3);
  });

  it('is closed while others are, which the response says', async () => {
    await send(new DiscardedBytes(2 * MIB, () => 0), 3 * MIB);
    let received = '';
    client.on('data', (piece: Buffer) => (received += piece.toString()));
    await waitUntil('its end', () => client.closed);
    expect(received).toMatch(/^HTTP\/1\.1 429 .*\r\nConnection: close\r\n/s);
  });

  it('stays open however many others are when the body has been read', async () => {
    const app = express().use(discardUnreadBody(60_000, new DiscardedBytes(0, () => 0)), (request, response) => {
      request.resume().once('end', () => void response.end());
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1');
    const [head] = (await once(client, 'data')) as [Buffer];
    expect(head.toString()).toContain('Connection: keep-alive');
  });
});
