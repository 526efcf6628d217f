import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMasterKeys } from '@millrace/service-kit/sealing';
import { FakeHttpServer, waitUntil } from '@millrace/testing';
import { run } from '../run.js';

/* What each command does: the calls that it makes, and the files that it leaves. */

const folder = mkdtempSync(join(tmpdir(), 'ops-commands-'));
let server: FakeHttpServer;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  server = await FakeHttpServer.start();
  env = {
    MILLRACE_API_URL: `${server.url}/v1`,
    MILLRACE_OPERATOR_TOKEN: 'operator-token',
    MILLRACE_PROFILE_TOKEN: 'profile-token',
    MILLRACE_HEALTH_URLS: JSON.stringify({ executor: server.url }),
  };
});
beforeEach(() => {
  server.calls.length = 0;
  server.on('/profile', { body: 'what it spent its time on' });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

async function typed(argv: readonly string[], environment = env): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  return { code: await run(argv, environment, { out: say, error: say }), said: said.join('\n') };
}

test.each([
  ['pause-all', 'POST /v1/system/starts/pause', {}],
  ['pause-all --reason Upgrade', 'POST /v1/system/starts/pause', { reason: 'Upgrade' }],
  ['resume-all', 'POST /v1/system/starts/resume', undefined],
  ['dead-letters discard dl_1', 'POST /v1/dead-letters/dl_1/discard', undefined],
  ['dead-letters requeue dl_1', 'POST /v1/dead-letters/dl_1/requeue', undefined],
])('%s is one call: %s', async (argv, call, body) => {
  expect((await typed(argv.split(' '))).code).toBe(0);
  expect(server.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([call]);
  const [{ body: sent = '' } = {}] = server.calls;
  expect(sent === '' ? undefined : (JSON.parse(sent) as unknown)).toEqual(body);
});

test('a profile is in a new file that its owner alone may read: it may have secrets in it', async () => {
  const file = join(folder, 'new.cpuprofile');
  const umask = process.umask(0);
  try {
    expect((await typed(['profile', 'executor', '--file', file])).code).toBe(0);
  } finally {
    process.umask(umask);
  }
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['what it spent its time on', 0o600]);
  expect(server.calls[0]?.headers['authorization']).toBe('Bearer profile-token');
});

test('a profile is written over no file that is there', async () => {
  const file = join(folder, 'there');
  writeFileSync(file, 'of somebody');
  expect((await typed(['profile', 'executor', '--file', file])).code).toBe(2);
  expect(readFileSync(file, 'utf8')).toBe('of somebody');
});

test('a profile that breaks off leaves no file behind', async () => {
  const file = join(folder, 'broken');
  const before = readdirSync(folder);
  const pieces = async function* (): AsyncGenerator<string> {
    yield 'half of ';
    await waitUntil('it is being written', () => Promise.resolve(existsSync(file)));
    throw new Error('the process ends');
  };
  server.on('/profile', { pieces: pieces() });
  expect((await typed(['profile', 'executor', '--file', file])).code).toBe(3);
  expect(readdirSync(folder)).toEqual(before);
});

test('each new master key is another one, as long as a key has to be, under a name of its own', async () => {
  const file = join(folder, 'master-keys');
  writeFileSync(file, `k1 ${Buffer.alloc(32, 7).toString('base64')}\n`);
  for (const _ of [1, 2]) expect((await typed(['rotate-master-key', '--file', file])).code).toBe(0);
  const keys = parseMasterKeys(readFileSync(file, 'utf8'));
  expect(new Set(keys.map(({ key }) => key.toString('hex'))).size).toBe(3);
  expect(new Set(keys.map(({ id }) => id)).size).toBe(3);
  expect(keys.map(({ key }) => key.length)).toEqual([32, 32, 32]);
});

test('a new master key is on the disk before its file has the name of the former one', async () => {
  const file = join(folder, 'durable-keys');
  writeFileSync(file, `k1 ${Buffer.alloc(32, 7).toString('base64')}\n`);
  const done: string[] = [];
  const { fsyncSync, renameSync } = fs;
  const spies = [
    jest.spyOn(fs, 'fsyncSync').mockImplementation((descriptor) => {
      done.push(fs.fstatSync(descriptor).isDirectory() ? 'folder' : 'file');
      fsyncSync(descriptor);
    }),
    jest.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      done.push('name');
      renameSync(from, to);
    }),
  ];
  try {
    expect((await typed(['rotate-master-key', '--file', file])).code).toBe(0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  expect(done).toEqual(['file', 'name', 'folder']);
});

test('the doctor leaves nothing out, and says of what it cannot look at which setting that needs', async () => {
  const { code, said } = await typed(['doctor', '--json'], {});
  const { findings } = JSON.parse(said) as { findings: { check: string; status: string; found: string }[] };
  expect(findings.map(({ check, status, found }) => [check, status, found.split(' ')[0]])).toEqual([
    ['api', 'failed', 'MILLRACE_API_URL'],
    ['clock', 'skipped', 'MILLRACE_API_URL'],
    ['public address', 'skipped', 'MILLRACE_PUBLIC_URL'],
    ['nats', 'skipped', 'MILLRACE_NATS_URL'],
    ['nats servers', 'skipped', 'MILLRACE_NATS_MONITOR_URL'],
    ['mongodb', 'skipped', 'MILLRACE_MONGODB_URL'],
    ['redis', 'skipped', 'MILLRACE_REDIS_URL'],
    ['nats rights', 'skipped', 'MILLRACE_NATS_URLS'],
    ['clocks of services', 'skipped', 'MILLRACE_HEALTH_URLS'],
    ['indexes', 'skipped', 'MILLRACE_HEALTH_URLS'],
    ['settings of services', 'skipped', 'MILLRACE_HEALTH_URLS'],
    ['sealed secrets', 'skipped', 'MILLRACE_MONGODB_URL'],
    ['master keys', 'skipped', 'MILLRACE_MASTER_KEYS_FILE'],
  ]);
  expect(code).toBe(1);
});

test('what is to be drained has to be named, and the time for it has to be a time', async () => {
  const address = { MILLRACE_NATS_OPERATOR_URL: 'nats://operator:password@127.0.0.1:9' };
  const { code, said } = await typed(['drain'], address);
  expect([code, said]).toEqual([2, expect.stringContaining('Name instances, services or nodes')]);
  for (const seconds of ['0', '-1', 'soon'])
    expect(await typed(['drain', 'executor', `--timeout=${seconds}`], address)).toEqual({
      code: 2,
      said: expect.stringContaining('--timeout is a number of seconds'),
    });
  expect(await typed(['drain', 'executor'], {})).toEqual({
    code: 2,
    said: expect.stringContaining('MILLRACE_NATS_OPERATOR_URL is not set'),
  });
  expect((await typed(['drain', 'executor'], address)).code).toBe(3);
});
