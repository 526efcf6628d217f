import type { Socket } from 'node:net';
import { sharedMongo, startMongo, uniqueName, waitUntil } from '@millrace/testing';
import { silentLogger } from './logging.js';
import { Database, mongoCheck } from './mongo.js';

test('a database that is away at first, and again later, is waited for; commands do not queue up meanwhile', async () => {
  const server = await startMongo();
  await server.kill();
  const database = new Database({ url: server.url, database: uniqueName('kit'), logger: silentLogger() });
  const { connection } = database;
  const insert = () => database.run(() => connection.collection('x').insertOne({ a: 1 }));
  const check = mongoCheck(connection);
  try {
    expect((await check()).up).toBe(false);
    const waiting = database.waitUntilConnected();
    await server.restart();
    await waiting;
    await waitUntil('the database to answer', async () => (await check()).up);
    await server.kill();
    await expect(insert()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await server.restart();
    await waitUntil('the database to answer again', async () => (await check()).up, 30_000);
    await insert();
  } finally {
    await connection.close(true);
    await server.stop();
  }
});

/** The driver's connection for its heartbeats, to which it has no public way. */
interface Monitored {
  readonly topology: {
    readonly s: { readonly servers: Map<string, { readonly monitor: { readonly connection?: { socket: Socket } } }> };
  };
}

test('a connection that closes in the moment in which the driver writes to it comes back', async () => {
  const { url } = await sharedMongo();
  const database = new Database({ url, database: uniqueName('kit'), logger: silentLogger() });
  await database.waitUntilConnected();
  const client = database.connection.getClient();
  const [server] = (client as unknown as Monitored).topology.s.servers.values();
  let failed = false;
  client.once('serverHeartbeatFailed', () => (failed = true));
  client.once('serverHeartbeatStarted', () => server?.monitor.connection?.socket.destroy());
  try {
    await waitUntil('the driver to notice', () => failed);
    await waitUntil('the connection to come back', () => database.reachable);
    await database.run(() => database.connection.collection('x').insertOne({ a: 1 }));
  } finally {
    await database.connection.close(true);
  }
});
