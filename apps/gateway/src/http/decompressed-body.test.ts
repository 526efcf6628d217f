import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, createBrotliDecompress } from 'node:zlib';
import { AppError, LIMITS } from '@millrace/contracts';
import express from 'express';
import { decompressed } from './decompressed-body.js';
import { readBody } from './read-body.js';
import { senderRecords } from './sender-records.js';

const MIB = 1024 * 1024;
const CALLS = 100;
/** Bodies that are held, as pieces and as a whole, and the decoders. With a decoder for each call it would be 400 MiB more. */
const ROOM = 2 * LIMITS.heldBodyBytes + LIMITS.largeBodiesAtOnce * 8 * MIB + 32 * MIB;

test('small bodies that become large ones take the memory of a few, however many come at once', async () => {
  const large = Buffer.alloc(LIMITS.webhookBodyBytes, 0x20);
  const body = new Uint8Array(brotliCompressSync(large));
  expect(body.length).toBeLessThan(20);
  const app = express().post('/', (request, response) => {
    readBody(request, response, LIMITS.webhookBodyBytes).then(
      ({ length }) => response.end(String(length)),
      (error: unknown) => response.status(429).end(error instanceof AppError ? error.code : String(error)),
    );
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const before = process.memoryUsage.rss();
  let most = before;
  const looking = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const headers = { 'content-encoding': 'br' };
    const answers = await Promise.all(
      Array.from({ length: CALLS }, async () => (await fetch(url, { method: 'POST', headers, body })).text()),
    );
    expect([...new Set(answers)].filter((text) => text !== 'RATE_LIMIT_EXCEEDED')).toEqual([String(large.length)]);
    expect(most - before).toBeLessThan(ROOM);
  } finally {
    clearInterval(looking);
    server.closeAllConnections();
    server.close();
  }
}, 60_000);

test('who was refused lately has its turn after all others, and who was accepted before them', async () => {
  const begun: string[] = [];
  const goOn: (() => void)[] = [];
  const begin = (caller: string): Promise<Buffer> => {
    const arrived = (): Promise<void> => {
      begun.push(caller);
      return new Promise((resolve) => goOn.push(resolve));
    };
    const gathering = { limitBytes: 100, grew: () => undefined, onGiveUp: () => undefined };
    return decompressed(
      brotliCompressSync('x'),
      createBrotliDecompress,
      { owner: 'turns', caller, begun: () => undefined, arrived },
      gathering,
    );
  };
  senderRecords.wasted('turns refused');
  senderRecords.accepted('turns known');
  const all = ['a', 'b', 'refused', 'new', 'known'].map(begin);
  for (let done = 0; done < all.length; done++) {
    while (goOn.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    // Both places are taken, as long as so many are left.
    while (begun.length < Math.min(all.length, done + 2)) await new Promise((resolve) => setTimeout(resolve, 5));
    goOn.shift()?.();
  }
  await Promise.all(all);
  expect(begun.slice(2)).toEqual(['known', 'new', 'refused']);
});
