import { silentLogger } from '@millrace/messaging';
import { HealthServer } from '@millrace/service-kit/health';
import { openMongo } from '@millrace/service-kit/mongo';
import { indexDifferences } from '@millrace/service-kit/mongo-indexes';
import { sharedMongo, uniqueName } from '@millrace/testing';
import { run } from '../run.js';

/* Over a real database, with what a process says of it as services do. */

const [OLD, OTHER, USED] = ['notes {"old":1}', 'notes {"other":1}', 'notes {"used":1}'];

let connection: ReturnType<typeof openMongo>;
let env: NodeJS.ProcessEnv;
const health = new HealthServer('history', {});

beforeAll(async () => {
  const { url } = await sharedMongo();
  const database = uniqueName('indexes');
  connection = openMongo({ url, database, logger: silentLogger as never });
  await connection.asPromise();
  const schema = new connection.base.Schema({ used: Number }).index({ used: 1 });
  await connection.model('Note', schema, 'notes').createIndexes();
  health.moreDetails = async () => ({ indexes: await indexDifferences(connection) });
  env = {
    MILLRACE_HEALTH_URLS: JSON.stringify({ history: `http://127.0.0.1:${await health.listen(0, '127.0.0.1')}` }),
    MILLRACE_MONGODB_URL: url,
    MILLRACE_MONGODB_DATABASE: database,
  };
});
beforeEach(async () => {
  await connection.collection('notes').createIndex({ old: 1 });
  await connection.collection('notes').createIndex({ other: 1 });
});
afterAll(async () => {
  await health.close();
  await connection.dropDatabase().catch(() => undefined);
  await connection.close();
});

async function typed(...argv: readonly string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await run(argv, env, { out: (line) => out.push(line), error: (line) => error.push(line) });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

const there = async () => (await connection.collection('notes').indexes()).map(({ key }) => JSON.stringify(key)).sort();

test('an index that no process uses is shown and dropped, and the others stay', async () => {
  expect((await typed('indexes', 'list')).out.split('\n').sort()).toEqual([OLD, OTHER]);
  expect(await typed('indexes', 'drop', OLD)).toEqual({ code: 0, out: `${OLD} is dropped`, error: '' });
  expect(await there()).toEqual(['{"_id":1}', '{"other":1}', '{"used":1}']);
  expect((await typed('indexes', 'list')).out).toBe(OTHER);
});

test('an index that a process uses, or that is not there, is not dropped', async () => {
  const { code, out } = await typed('indexes', 'drop', USED, 'notes {"nowhere":1}', OLD);
  expect([code, out.split('\n').map((line) => /(stays|is dropped)/.exec(line)?.[0])]).toEqual([
    1,
    ['stays', 'stays', 'is dropped'],
  ]);
  expect(await there()).toContain('{"used":1}');
});

test('nothing is dropped while a process does not say what it uses', async () => {
  const { MILLRACE_HEALTH_URLS: urls } = env;
  env['MILLRACE_HEALTH_URLS'] = JSON.stringify({
    ...(JSON.parse(urls ?? '') as object),
    scheduler: 'http://127.0.0.1:1',
  });
  try {
    expect(await typed('indexes', 'drop', OLD)).toMatchObject({ code: 3, out: '' });
    expect(await there()).toContain('{"old":1}');
  } finally {
    env['MILLRACE_HEALTH_URLS'] = urls;
  }
});
