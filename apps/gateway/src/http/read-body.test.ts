import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import express from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { readBody } from './read-body.js';
import { RANKS, senderRecords } from './sender-records.js';

test('of the large bodies of one owner that have arrived a few are worked on at a time, and small ones at once', async () => {
  const large = Buffer.alloc(LIMITS.inlinePayloadBytes + 1, 0x20);
  const most = LIMITS.largeBodiesAtOnce / 2;
  let arrived = 0;
  let small = 0;
  const worked: (() => void)[] = [];
  const app = express().post('/', (request, response) => {
    request.on('end', () => arrived++);
    void readBody(request, response, LIMITS.apiBodyBytes).then((body) => {
      if (body.length < large.length) small++;
      else worked.push(() => response.end());
      if (body.length < large.length) response.end();
    });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const send = (body: Buffer<ArrayBuffer>) =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method: 'POST', body });
    const answers = Array.from({ length: most + 2 }, () => send(large));
    await waitUntil('all to arrive', () => arrived === most + 2);
    await send(Buffer.from('{}'));
    expect([small, worked.length]).toEqual([1, most]);
    for (let answered = 0; answered < answers.length; answered++) {
      await waitUntil('a turn', () => worked.length > answered);
      worked[answered]?.();
    }
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a large body that never comes whole has used its place in vain; a small one and one that waits for a place have not', async () => {
  const begun: AuthenticatedRequest[] = [];
  let ended = 0;
  const app = express();
  app.set('trust proxy', true);
  app.post('/:organisation', (request, response) => {
    const { organisation } = request.params;
    begun.push(Object.assign(request as AuthenticatedRequest, { calledOrganisationId: organisation }));
    readBody(request, response, LIMITS.webhookBodyBytes).catch(() => ended++);
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const begin = async (organisation: string, bytes: number, from = '192.0.2.1'): Promise<Socket> => {
    const before = begun.length;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const fields = ['Host: x', `X-Forwarded-For: ${from}`, `Content-Length: ${bytes + 1}`];
    socket.write(`POST /${organisation} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`);
    socket.write(Buffer.alloc(bytes));
    await waitUntil('the request', () => begun.length > before);
    return socket;
  };
  const leave = async (socket: Socket): Promise<void> => {
    const before = ended;
    socket.destroy();
    await waitUntil('the end of the request', () => ended > before);
  };
  const large = 2 * LIMITS.inlinePayloadBytes;
  const rankOf = (organisation: string, from = '192.0.2.1'): number =>
    senderRecords.rankOf(`webhooks of ${organisation} ${from}`);
  try {
    await leave(await begin('org_gone', 100));
    expect(rankOf('org_gone')).toBe(RANKS.new);
    const gone = await begin('org_gone', large);
    await waitUntil('its place', () => begun.at(-1)?.placeTakenBy !== undefined);
    await leave(gone);
    expect(rankOf('org_gone')).toBe(RANKS.suspect);

    // None gives its place up, however long it takes until all of them have one.
    jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    for (let places = 0; places < LIMITS.largeBodiesArriving; places++)
      await begin('org_waits', large, `192.0.2.${10 + places}`);
    await waitUntil('the places', () => begun.slice(2).every(({ placeTakenBy }) => placeTakenBy !== undefined));
    await leave(await begin('org_waits', large, '192.0.2.2'));
    expect(rankOf('org_waits', '192.0.2.2')).toBe(RANKS.new);
  } finally {
    jest.restoreAllMocks();
    server.closeAllConnections();
    server.close();
  }
});
