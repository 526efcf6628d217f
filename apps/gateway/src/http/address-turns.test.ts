import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import type { Application } from 'express';
import { takeTurns } from './address-turns.js';
import { BoundedServerAdapter, CLIENT_TIMES } from './bounded-server.js';

const CONNECTIONS = 300;
const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

const sockets: Socket[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

test('while there are new connections they come before requests', async () => {
  const adapter = new BoundedServerAdapter(CLIENT_TIMES, LIMITS.connectionsPerAddress);
  adapter.initHttpServer();
  const server: Server = adapter.getHttpServer();
  let accepted = 0;
  let begun = 0;
  let begunWhenAllHadCome: number | undefined;
  adapter.getInstance<Application>().use(takeTurns(server));
  adapter.getInstance<Application>().use((_request, response) => {
    begun++;
    response.end();
  });
  server.on('connection', () => {
    if (++accepted === CONNECTIONS) begunWhenAllHadCome = begun;
  });
  adapter.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  sockets.push(...Array.from({ length: CONNECTIONS }, () => connect({ port, host: '127.0.0.1' })));
  for (const socket of sockets) socket.on('error', () => undefined).write(REQUEST.repeat(3));
  await waitUntil('all answers', () => begun === 3 * CONNECTIONS);
  // One connection is taken in a turn of the event loop, in which four requests could be begun.
  expect(begunWhenAllHadCome).toBeLessThan(CONNECTIONS * 1.2);
});
