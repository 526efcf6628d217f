import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { holdUnreadAnswer } from './unread-answer.js';

/** More than the system takes of an answer that nobody reads; four have room, with their headers. */
const ANSWER = Buffer.alloc(LIMITS.heldAnswerBytes / 4 - 1_024);

let server: Server;
/** What the server has of each connection, by the organisation that asked. */
const connections: { readonly owner: string; readonly socket: Socket }[] = [];
const clients: Socket[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const owner = request.url ?? '';
    connections.push({ owner, socket: request.socket });
    holdUnreadAnswer(
      Object.assign(request, payerOf(owner)) as unknown as Parameters<typeof holdUnreadAnswer>[0],
      response as unknown as Parameters<typeof holdUnreadAnswer>[1],
      () => response.end(ANSWER),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  connections.length = 0;
});
afterAll(() => server.close());

/** Nobody, the organisation whose webhook is called, or that of the token. */
function payerOf(owner: string): object {
  if (owner === '/') return {};
  if (owner.startsWith('/webhook')) return { calledOrganisationId: owner };
  return { principal: { organisationId: owner, tokenId: '', scopes: [] } };
}

/** Asks for an answer and reads nothing of it; resolves when it is made. */
async function ask(owner: string): Promise<Socket> {
  const before = connections.length;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  client.on('error', () => undefined);
  clients.push(client);
  client.write(`GET ${owner} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await waitUntil('the request', () => connections.length > before);
  return client;
}

const closedOf = (owner: string) => connections.filter((one) => one.owner === owner && one.socket.destroyed).length;

it('closes the connection of the client that holds the most, and no other', async () => {
  await ask('/b');
  for (let count = 1; count <= 5; count++) await ask('/a');
  await waitUntil('a connection of a to be closed', () => closedOf('/a') > 0);
  expect([closedOf('/a'), closedOf('/b')]).toEqual([2, 0]);
});

it('counts what a webhook returns for the organisation whose webhook it is', async () => {
  await ask('/e');
  for (let count = 1; count <= 5; count++) await ask('/webhook');
  await waitUntil('a connection to be closed', () => closedOf('/webhook') > 0);
  expect([closedOf('/webhook'), closedOf('/e')]).toEqual([2, 0]);
});

it('gives the room back when an answer has been taken, or its client is gone', async () => {
  for (let round = 1; round <= 3; round++) {
    const [taking, going] = [await ask('/c'), await ask('/c')];
    taking.resume();
    await waitUntil('all of it', () => taking.bytesRead > ANSWER.length);
    going.destroy();
    await waitUntil('the end', () => connections.at(-1)?.socket.destroyed);
  }
  expect(closedOf('/c')).toBe(3);
});

it('does not count what nobody pays for', async () => {
  for (let count = 1; count <= 6; count++) await ask('/');
  await ask('/d');
  expect([closedOf('/'), closedOf('/d')]).toEqual([0, 0]);
});
