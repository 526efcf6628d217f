import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { AppError, LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import express from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { readBody } from './read-body.js';

const LARGE = new Uint8Array(LIMITS.webhookBodyBytes).fill(0x20);
const COMPRESSED = new Uint8Array(brotliCompressSync(LARGE));
/** Together more than a gateway holds. */
const MANY = Math.ceil(LIMITS.heldBodyBytes / LIMITS.webhookBodyBytes) + 3;

let server: Server;
let url: string;
/** Calls whose bodies have been read, in that order, as `organisation address`, and what ends each. */
let read: string[];
let ends: (() => void)[];

beforeEach(async () => {
  read = [];
  ends = [];
  const app = express()
    .set('trust proxy', true)
    .post('/:organisation', (request, response) => {
      const { organisation } = request.params;
      (request as unknown as AuthenticatedRequest).calledOrganisationId = organisation;
      readBody(request as unknown as express.Request, response, LIMITS.webhookBodyBytes).then(
        () => {
          read.push(`${organisation} ${request.ip}`);
          ends.push(() => response.end('read'));
        },
        (error: unknown) => response.status(429).end(error instanceof AppError ? error.code : String(error)),
      );
    });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Answer {
  readonly text: string;
  readonly retryAfter: string | null;
}

async function send(organisation: string, address: number, body = COMPRESSED): Promise<Answer> {
  const coding = body === COMPRESSED ? 'br' : 'identity';
  const headers = { 'content-encoding': coding, 'x-forwarded-for': `192.0.2.${address}` };
  const response = await fetch(url + organisation, { method: 'POST', headers, body });
  return { text: await response.text(), retryAfter: response.headers.get('retry-after') };
}

/** Ends each call as soon as its body was read, until `all` have their answers. */
async function endAll(all: readonly Promise<Answer>[]): Promise<Answer[]> {
  const ending = setInterval(() => ends.splice(0).forEach((end) => end()), 5);
  try {
    return await Promise.all(all);
  } finally {
    clearInterval(ending);
  }
}

const readOf = (organisation: string) => read.filter((call) => call.startsWith(`${organisation} `));

it('bodies for one organisation, from however many addresses, do not hold up those for another', async () => {
  const many = Array.from({ length: 8 }, (_, address) => send('flooded', address));
  await waitUntil('the first of them', () => readOf('flooded').length === 2);
  const other = send('other', 100);
  await waitUntil('the other one', () => readOf('other').length === 1);
  expect(readOf('flooded')).toHaveLength(2);
  await endAll([...many, other]);
  expect(read).toHaveLength(9);
}, 30_000);

it('bodies of one address do not all come before that of another', async () => {
  const many = Array.from({ length: 8 }, () => send('called', 1));
  await waitUntil('the first of them', () => read.length === 2);
  await endAll([...many, send('called', 2)]);
  expect(read.indexOf('called 192.0.2.2')).toBeLessThan(6);
  expect(read).toHaveLength(9);
}, 30_000);

it('bodies wait as they came, and not decompressed: none is refused for the memory of those that wait', async () => {
  const calls = Array.from({ length: MANY }, (_, index) => send(`organisation_${index}`, index));
  await waitUntil('the first four', () => read.length === 4);
  // For as long as the others would need to be decompressed.
  await delay(500);
  expect((await endAll(calls)).map(({ text }) => text)).toEqual(calls.map(() => 'read'));
}, 30_000);

it('large ones of one organisation wait on their connections, beyond those that are as good as at their turn', async () => {
  const calls = Array.from({ length: MANY }, (_, address) => send('called', address, LARGE));
  await waitUntil('the first two', () => read.length === 2);
  await delay(500);
  expect((await endAll(calls)).map(({ text }) => text)).toEqual(calls.map(() => 'read'));
}, 30_000);

it('a body whose turn does not come is refused, and its sender learns when to try again', async () => {
  // Two that are worked on, and two that have been decompressed.
  const calls = Array.from({ length: 5 }, (_, address) => send('slow', address));
  expect(await Promise.race(calls)).toEqual({ text: 'RATE_LIMIT_EXCEEDED', retryAfter: '1' });
  // It has left the queue, and keeps no place.
  const answers = await endAll([...calls, send('slow', 5)]);
  expect(answers.filter(({ text }) => text === 'read')).toHaveLength(5);
}, 30_000);
