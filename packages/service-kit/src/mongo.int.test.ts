import { startMongo, uniqueName, waitUntil } from '@millrace/testing';
import { createLogger } from './logging.js';
import { mongoCheck, openMongo, waitForMongo } from './mongo.js';

test('a database that is away at first, and again later, is waited for; commands do not queue up meanwhile', async () => {
  const server = await startMongo();
  await server.kill();
  const options = {
    url: server.url,
    database: uniqueName('kit'),
    logger: createLogger({ service: 'test', level: 'fatal' }),
  };
  const connection = openMongo(options);
  connection.asPromise().catch(() => undefined);
  const check = mongoCheck(connection);
  try {
    expect((await check()).up).toBe(false);
    const waiting = waitForMongo(connection, options);
    await server.restart();
    await waiting;
    await waitUntil('the database to answer', async () => (await check()).up);
    await server.kill();
    await expect(connection.collection('x').insertOne({ a: 1 })).rejects.toThrow();
    await server.restart();
    await waitUntil('the database to answer again', async () => (await check()).up, 30_000);
    await connection.collection('x').insertOne({ a: 1 });
  } finally {
    await connection.close(true);
    await server.stop();
  }
});
