import fs, { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMasterKeys } from '@millrace/service-kit/sealing';
import { FakeHttpServer, type FakeHttpAnswer } from '@millrace/testing';
import { COMMANDS, run } from './run.js';

/** What the next calls get. */
let answers: FakeHttpAnswer[];
let server: FakeHttpServer;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  server = await FakeHttpServer.start();
  server.otherwise(() => answers.shift() ?? { status: 500, body: {} });
  env = { MILLRACE_API_URL: `${server.url}/v1`, MILLRACE_OPERATOR_TOKEN: 'operator-token' };
});
beforeEach(() => {
  answers = [];
  server.calls.length = 0;
});
afterAll(() => server?.stop());

async function typed(argv: readonly string[], environment = env) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await run(argv, environment, { out: (line) => out.push(line), error: (line) => error.push(line) });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

test.each(COMMANDS.map(({ name }) => [name]))('%s says how it is used, and asks nobody for that', async (name) => {
  const { code, out } = await typed([...name.split(' '), '--help'], {});
  expect([code, out]).toEqual([0, expect.stringContaining(`Usage: millrace-ops ${name}`)]);
  expect(out).toContain('--json');
  expect(server.calls).toEqual([]);
});

test('the help of doctor has every setting that the page says it reads, and no other', async () => {
  const page = readFileSync(join(__dirname, '../../../docs/operate.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `MILLRACE_.*doctor/.test(line));
  const documented = rows.flatMap((line) => (line.split(' | ')[0] ?? '').match(/MILLRACE_\w+/g) ?? []);
  const { out } = await typed(['doctor', '--help'], {});
  const shown = [...out.matchAll(/^ {2}(MILLRACE_\w+) +\S/gm)].map(([, name]) => name);
  expect(shown.sort()).toEqual(documented.sort());
  expect(shown.length).toBeGreaterThan(8);
});

test('the first word of several commands shows these, as help or as what is missing', async () => {
  const shown = (text: string) => [...text.matchAll(/^ {2}([a-z-]+ [a-z]+) /gm)].map(([, name]) => name);
  const commands = ['indexes list', 'indexes drop'];
  const { code, out } = await typed(['indexes', '--help'], {});
  expect([code, shown(out)]).toEqual([0, commands]);
  const wrong = await typed(['indexes', 'liste'], {});
  expect([wrong.code, wrong.error.split('\n')[0]]).toEqual([2, 'There is no command "indexes liste".']);
  expect(shown(wrong.error)).toEqual(commands);
});

test('a call that is wrong ends with 2 and does nothing', async () => {
  for (const argv of [['dead-letter'], ['dead-letters', 'show'], ['pause-all', '--resaon', 'x'], ['system', 'now']])
    expect([argv, (await typed(argv)).code]).toEqual([argv, 2]);
  expect((await typed(['system'], {})).error).toContain('MILLRACE_API_URL is not set');
  expect((await typed(['system'], { ...env, MILLRACE_API_URL: 'nowhere' })).code).toBe(2);
  expect(server.calls).toEqual([]);
});

test('a refusal ends with 1, and what may pass with 3', async () => {
  const refused = { error: { code: 'FORBIDDEN', message: 'No' } };
  answers = [
    { status: 403, body: refused },
    { status: 503, body: { error: { code: 'SERVICE_UNAVAILABLE', message: 'Later' } } },
  ];
  expect(await typed(['resume-all'])).toEqual({ code: 1, out: '', error: 'FORBIDDEN: No' });
  expect(await typed(['resume-all'])).toEqual({ code: 3, out: '', error: 'SERVICE_UNAVAILABLE: Later' });
  const away = await typed(['resume-all'], { ...env, MILLRACE_API_URL: 'http://127.0.0.1:9/v1' });
  expect(away.code).toBe(3);
});

test('of several dead letters, one that is refused does not keep the others where they are', async () => {
  answers = [
    { status: 409, body: { error: { code: 'DEAD_LETTER_NOT_REQUEUED', message: 'It is over' } } },
    { status: 200, body: { id: 'dl_2', stream: 'TIMERS', subject: 'timer.fire.x' } },
  ];
  const { code, out } = await typed(['dead-letters', 'requeue', 'dl_1', 'dl_2', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    dead_letters: [
      { id: 'dl_1', ok: false, result: 'DEAD_LETTER_NOT_REQUEUED: It is over' },
      { id: 'dl_2', ok: true, result: 'is back in TIMERS, on timer.fire.x' },
    ],
  });
  expect(server.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v1/dead-letters/dl_1/requeue',
    'POST /v1/dead-letters/dl_2/requeue',
  ]);
  expect(server.calls[0]?.headers).toMatchObject({
    authorization: 'Bearer operator-token',
    'idempotency-key': expect.any(String) as string,
  });
});

test('the list has the beginning of a reason alone', async () => {
  const known = {
    id: 'dl_1',
    at: '2026-11-29T02:05:33.913Z',
    service: 'executor',
    message: 'ExecutionDue',
    organisation_id: 'org_1',
  };
  const reasons = ['Given up', `Payload is malformed: ${'version: Invalid input; '.repeat(20)}`];
  answers = [{ status: 200, body: { dead_letters: reasons.map((reason) => ({ ...known, reason })), has_more: false } }];
  const [, short, long] = (await typed(['dead-letters', 'list'])).out.split('\n');
  expect(short).toMatch(/ {2}Given up$/);
  expect(long).toMatch(/ {2}Payload is malformed: version: .*…$/);
  expect(long?.length).toBeLessThan(200);
});

test('what users have sent writes nothing to the terminal of the operator, and is the same in JSON', async () => {
  // To clear the screen, twice; to write backwards; to begin a line; to have no width.
  const reason = 'a\u001b[2J b\u009b2J c\u202e d\nOK e\u2028 f\u200b g\u{e0041} h\ud800 i\r\u0007\u007f';
  const letter = {
    ...{ id: 'dl_1', at: '2026-11-29T02:05:33.913Z', service: reason, message: reason, organisation_id: reason },
    ...{ reason, payload: { name: reason }, payload_omitted: null },
  };
  const list = { dead_letters: [letter], has_more: false };
  const refused = { error: { code: 'NO', message: reason } };
  for (const argv of [
    ['dead-letters', 'list'],
    ['dead-letters', 'show', 'dl_1'],
    ['dead-letters', 'requeue', 'dl_1'],
    ['resume-all'],
  ]) {
    const answer = argv[1] === 'list' ? list : letter;
    const isRefused = argv[1] !== 'list' && argv[1] !== 'show';
    for (const json of [[], ['--json']]) {
      answers = [isRefused ? { status: 403, body: refused } : { status: 200, body: answer }];
      const { out, error } = await typed([...argv, ...json]);
      expect(`${out}${error}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(`${out}${error}`).not.toMatch(/^OK/m);
      expect(`${out}${error}`).toContain('\\u009b2J');
      if (json.length > 0 && !isRefused) expect(JSON.parse(out)).toEqual(answer);
    }
  }
});

test('what is typed as an id stays one part of the path', async () => {
  answers = [{ status: 404, body: { error: { code: 'DEAD_LETTER_NOT_FOUND', message: 'None' } } }];
  await typed(['dead-letters', 'show', '../organisations']);
  expect(server.calls[0]?.path).toBe('/v1/dead-letters/..%2Forganisations');
});

test('an organisation that was made is named although its token was not', async () => {
  answers = [
    { status: 201, body: { id: 'org_1' } },
    { status: 409, body: { error: { code: 'QUOTA_EXCEEDED', message: 'Full' } } },
  ];
  const { code, error } = await typed(['organisation', 'create', 'Acme']);
  expect([code, error]).toEqual([
    1,
    expect.stringContaining('The organisation org_1 was made, and no token of it: Full'),
  ]);
});

test('a new master key is the first one, the former stay, and nobody else may read the file', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ops-')), 'master-keys');
  const key = Buffer.alloc(32, 7).toString('base64');
  writeFileSync(file, `# ours\nk1 ${key}\n`, { mode: 0o600 });
  const { code, out } = await typed(['rotate-master-key', '--file', file, '--json'], {});
  expect(code).toBe(0);
  const keys = parseMasterKeys(readFileSync(file, 'utf8'));
  expect(keys.map(({ id }) => id)).toEqual([(JSON.parse(out) as { id: string }).id, 'k1']);
  expect(keys[1]?.key.toString('base64')).toBe(key);
  expect(out).not.toContain(keys[0]?.key.toString('base64'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, 'k1 short\n');
  expect((await typed(['rotate-master-key', '--file', file], {})).code).toBe(2);
  expect(readFileSync(file, 'utf8')).toBe('k1 short\n');
});

test('a new master key that cannot take its place is not left beside the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ops-'));
  const file = join(folder, 'master-keys');
  const text = `k1 ${Buffer.alloc(32, 7).toString('base64')}\n`;
  writeFileSync(file, text);
  // What the system says of a file that is mounted by itself, which needs rights to make.
  const rename = jest.spyOn(fs, 'renameSync').mockImplementation(() => {
    throw Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
  });
  try {
    const { code, error } = await typed(['rotate-master-key', '--file', file], {});
    expect([code, error]).toEqual([2, expect.stringContaining('EBUSY')]);
  } finally {
    rename.mockRestore();
  }
  expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['master-keys'], text]);
});

test('a setting that is empty is none', async () => {
  answers = [{ status: 200, body: { dead_letters: [], has_more: false } }];
  const { code, error } = await typed(['dead-letters', 'list'], {
    ...env,
    MILLRACE_PUBLIC_URL: '',
    MILLRACE_REDIS_URL: '',
  });
  expect([code, error]).toEqual([0, '']);
  expect((await typed(['dead-letters', 'list'], { MILLRACE_API_URL: '' })).code).toBe(2);
});

test('whoever could read the file of master keys still can', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ops-')), 'master-keys');
  writeFileSync(file, `k1 ${Buffer.alloc(32, 7).toString('base64')}\n`);
  chmodSync(file, 0o644);
  // Another user than this one can only be given by root.
  const owner = process.getuid?.() === 0 ? 1000 : (process.getuid?.() ?? 0);
  chownSync(file, owner, statSync(file).gid);
  const umask = process.umask(0o077);
  try {
    expect((await typed(['rotate-master-key', '--file', file], {})).code).toBe(0);
  } finally {
    process.umask(umask);
  }
  expect([statSync(file).mode & 0o777, statSync(file).uid]).toEqual([0o644, owner]);
});
