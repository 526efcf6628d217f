import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { anyFreePort } from '../src/ports.mjs';
import { detectSandbox } from '../src/runtime/sandbox.mjs';
import { identityOf, isRunning } from '../src/processes/identity.mjs';
import { collectingFrom } from '../src/servers/memory.mjs';
import { natsAnswers } from '../src/servers/probe.mjs';
import { openTestServers } from '../src/test-servers.mjs';
import { waitUntil } from '../src/wait-until.mjs';

const servers = openTestServers(process.env);

async function storedInNats(url: string, publish: boolean): Promise<number> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  if (publish) {
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    for (let index = 0; index < 10; index += 1) await jetstream(connection).publish('kept', `message ${index}`);
  }
  const { state } = await manager.streams.info('KEPT');
  await connection.close();
  return state.messages;
}

test('what JetStream acknowledged is there after kill -9 of the server, on the same address', async () => {
  const nats = await servers.startNats();
  const before = identityOf(nats.pid);
  expect(await storedInNats(nats.url, true)).toBe(10);
  process.kill(nats.pid, 'SIGKILL'); // by its pid, as an end-to-end test does it
  await nats.ended;
  expect(isRunning(before)).toBe(false);
  expect(await natsAnswers(nats.url)).toBe(false);
  await nats.restart();
  expect(await storedInNats(nats.url, false)).toBe(10);
  await nats.stop();
});

test('NATS collects its garbage from a size on that fits the machine', async () => {
  expect([2, 4, 64].map((gigabytes) => collectingFrom(gigabytes * 1024 ** 3) / 1024 ** 2)).toEqual([128, 256, 512]);
  const monitorPort = await anyFreePort();
  const nats = await servers.startNats({ monitorPort });
  const { gomemlimit } = (await (await fetch(`http://127.0.0.1:${monitorPort}/varz`)).json()) as {
    gomemlimit?: number;
  };
  await nats.stop();
  expect(gomemlimit).toBe(collectingFrom());
});

test('the store of NATS may become larger than it is, and never as large as the disk', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-limit-'));
  const monitorPort = await anyFreePort();
  const nats = await servers.startNats({ dir, monitorPort });
  const limit = async () => {
    const state = await (await fetch(`http://127.0.0.1:${monitorPort}/jsz`)).json();
    return (state as { config: { max_storage: number } }).config.max_storage;
  };
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  const first = await limit();
  // As if it held more than the disk has left, of which NATS would take a part for its limit.
  writeFileSync(join(dir, 'held'), '');
  truncateSync(join(dir, 'held'), 2 * free);
  await nats.restart();
  const second = await limit();
  await nats.stop();
  rmSync(dir, { recursive: true });
  expect(first).toBeLessThan(free);
  expect(second).toBeGreaterThan(2 * free);
});

test('Redis keeps its keys over an orderly stop and a restart', async () => {
  const redis = await servers.startRedis();
  const client = new Redis(redis.url);
  await client.set('kept', 'value');
  await client.quit();
  await redis.restart();
  const again = new Redis(redis.url);
  expect(await again.get('kept')).toBe('value');
  await again.quit();
  await redis.stop();
});

test('the document server keeps what it acknowledged over a crash, builds unique indexes, and stores awkward keys', async () => {
  const mongo = await servers.startMongo();
  const open = () =>
    mongoose.createConnection(mongo.url, { dbName: 'kept', serverSelectionTimeoutMS: 20_000 }).asPromise();
  const document = { key: 1, nested: { 'a.b': [1, [2]], $c: true } };
  const connection = await open();
  const collection = connection.collection('things');
  await collection.createIndex({ key: 1 }, { unique: true });
  await collection.insertOne(document);
  await expect(collection.insertOne({ key: 1 })).rejects.toMatchObject({ code: 11000 });
  await mongo.kill();
  await mongo.restart();
  await connection.close();
  const again = await open();
  expect(await again.collection('things').findOne({ key: 1 }, { projection: { _id: 0 } })).toEqual({
    key: 1,
    nested: document.nested,
  });
  await expect(again.collection('things').insertOne({ key: 1 })).rejects.toMatchObject({ code: 11000 });
  await again.close();
  await mongo.stop();
});

const whereChrootWorks =
  process.getuid?.() === 0 && 'mode' in detectSandbox({ MILLRACE_SANDBOX: 'chroot' }) ? test : test.skip;
whereChrootWorks(
  'without user namespaces the same servers run by chroot, and their data can be used in both ways',
  async () => {
    const { MILLRACE_TEST_ENDPOINTS: _, ...env } = process.env;
    const byChroot = openTestServers({ ...env, MILLRACE_SANDBOX: 'chroot' });
    const dir = mkdtempSync(join(tmpdir(), 'millrace-chroot-'));
    const first = await byChroot.startMongo({ dir });
    const opened = await mongoose.createConnection(first.url, { dbName: 'both' }).asPromise();
    await opened.collection('things').insertOne({ key: 1 });
    await opened.close();
    await first.kill();
    const second = await openTestServers(env).startMongo({ dir });
    const again = await mongoose.createConnection(second.url, { dbName: 'both' }).asPromise();
    expect(await again.collection('things').countDocuments({})).toBe(1);
    await again.close();
    await second.stop();
    rmSync(dir, { recursive: true, force: true });
  },
);

test('servers die with the process that started them, even if that is killed with SIGKILL', async () => {
  const module = join(__dirname, '..', 'src', 'test-servers.mjs');
  const dir = join(tmpdir(), `millrace-orphan-${process.pid}`);
  const script = `
    import { openTestServers } from ${JSON.stringify(module)};
    const servers = openTestServers(process.env);
    const [nats, mongo] = await Promise.all([servers.startNats({ dir: ${JSON.stringify(join(dir, 'nats'))} }), servers.startMongo({ dir: ${JSON.stringify(join(dir, 'mongo'))} })]);
    console.log(JSON.stringify([nats.pid, mongo.pid, mongo.backend?.()?.pid].filter(Boolean)));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pids = await new Promise<number[]>((resolve) =>
    owner.stdout.once('data', (data: Buffer) => resolve(JSON.parse(data.toString()) as number[])),
  );
  const identities = pids.map((pid) => identityOf(pid));
  expect(identities.every((identity) => isRunning(identity))).toBe(true);
  owner.kill('SIGKILL');
  const gone = await waitUntil(() => identities.every((identity) => !isRunning(identity)), { timeoutMs: 5_000 });
  rmSync(dir, { recursive: true, force: true });
  expect(gone).toBe(true);
});

test('a port that another server has is refused, though something responds there', async () => {
  const nats = await servers.startNats();
  await expect(servers.startNats({ port: nats.port })).rejects.toThrow(
    `Port ${nats.port} for nats is taken by nats-server (pid ${nats.pid})`,
  );
  await nats.stop();
});

test('a server that can not start says why, with its own words', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-broken-'));
  mkdirSync(join(dir, 'appendonlydir'));
  writeFileSync(join(dir, 'appendonlydir', 'appendonly.aof.manifest'), 'broken\n');
  await expect(servers.startRedis({ dir })).rejects.toMatchObject({
    message: 'redis ended at once.',
    cure: expect.stringContaining('manifest') as string,
  });
  rmSync(dir, { recursive: true, force: true });
});
