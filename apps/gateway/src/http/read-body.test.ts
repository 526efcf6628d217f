import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import express from 'express';
import { readBody } from './read-body.js';

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
