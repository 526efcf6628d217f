import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetterDetail } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { natsConnection } from './support/nats.js';
import { platformEnvironment, REPOSITORY } from './support/platform.js';

/** The operator's program, as `npm run ops` runs it. */
function ops(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const script = join(REPOSITORY, 'deploy', 'local', 'ops.mjs');
  return new Promise((resolve) =>
    execFile(process.execPath, [script, ...words], { env: platformEnvironment() }, (failure, out, error) =>
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    ),
  );
}

async function json<Answer>(...words: string[]): Promise<Answer> {
  const { out } = await ops(...words, '--json');
  return JSON.parse(out) as Answer;
}

test('doctor finds nothing that has failed, and looks at everything that it was given', async () => {
  const { findings } = await json<{ findings: { check: string; status: string; found: string }[] }>('doctor');
  expect(findings.filter(({ status }) => status === 'failed' || status === 'skipped')).toEqual([]);
  const checks = findings.map(({ check }) => check);
  for (const check of ['api', 'clock', 'public address', 'nats', 'mongodb', 'redis', 'master keys', 'service executor'])
    expect(checks).toContain(check);
  for (const check of [
    'nats rights of executor',
    'clock of gateway',
    'clock of the database',
    'indexes of history',
    'nats servers',
    'settings of services',
    'sealed secrets',
  ])
    expect(findings.find((finding) => finding.check === check)).toMatchObject({ check, status: 'ok' });
  const lost = await ops('doctor', '--json');
  expect(lost.code).toBe(0);
});

test('an organisation is made with a token that works', async () => {
  const { organisation, token } = await json<{ organisation: { id: string }; token: { token: string } }>(
    'organisation',
    'create',
    'Made by the operator',
  );
  const api = new ApiClient(token.token);
  expect(await api.expect(200, 'GET', '/me')).toMatchObject({ organisation: { id: organisation.id } });
});

test('starts are paused and resumed', async () => {
  try {
    expect(await json('pause-all', '--reason', 'A test')).toMatchObject({ paused: true, reason: 'A test' });
    expect((await ops('system')).out).toContain('All starts are paused since');
  } finally {
    expect(await json('resume-all')).toMatchObject({ paused: false });
  }
});

test('the state of the installation and its dead letters are printed for people', async () => {
  const { out } = await ops('system');
  expect(out).toMatch(/^executor +\d+ +\S+ +ok/m);
  expect((await ops('dead-letters', 'list')).code).toBe(0);
  const missing = await ops('dead-letters', 'show', 'dl_999999999');
  expect([missing.code, missing.error]).toEqual([1, expect.stringContaining('DEAD_LETTER_NOT_FOUND')]);
});

test('a message that was given up is listed, put back, given up again, and discarded', async () => {
  const api = new ApiClient();
  const workflow = await api.create({
    name: 'Waits meanwhile',
    steps: [{ id: 'wait', type: 'wait', config: { duration: '1h' } }],
  });
  const { execution_id } = await api.execute(workflow.id, {});
  await eventually('it waits', async () => (await api.execution(execution_id)).status === 'waiting' || undefined);
  const letter = () =>
    eventually('it is a dead letter', async () => {
      const { dead_letters } = await json<{ dead_letters: DeadLetterDetail[] }>(
        'dead-letters',
        'list',
        '--limit',
        '100',
      );
      return dead_letters.find((one) => one.execution_id === execution_id);
    });
  const nats = await natsConnection();
  await nats.request(`timer.fire.executions.org_dev.${execution_id}.1`, '{"version":"two"}', { timeout: 10_000 });
  await nats.close();
  const first = await letter();
  expect(first.reason).toMatch(/^Payload is malformed: .*version: /);
  const back = await ops('dead-letters', 'requeue', first.id, 'dl_999999999');
  expect([back.code, back.out]).toEqual([
    1,
    expect.stringMatching(/ is back in TIMERS, .*\ndl_999999999 DEAD_LETTER_NOT_FOUND/),
  ]);
  // What was wrong with it is still wrong with it.
  const second = await letter();
  expect(second.id).not.toBe(first.id);
  expect((await ops('dead-letters', 'discard', second.id)).out).toBe(`${second.id} is deleted\n`);
  expect((await ops('dead-letters', 'show', second.id)).error).toContain('DEAD_LETTER_NOT_FOUND');
  expect((await api.execution(execution_id)).status).toBe('waiting');
  await api.call('POST', `/executions/${execution_id}/cancel`);
});

test('profiles of a process are written to files of their owner', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-profiles-'));
  try {
    const [cpu, heap] = [join(folder, 'cpu'), join(folder, 'heap')];
    expect(await json('profile', 'scheduler', '--seconds', '0.2', '--file', cpu)).toMatchObject({ kind: 'cpu' });
    expect(JSON.parse(readFileSync(cpu, 'utf8'))).toMatchObject({ nodes: expect.any(Array) as unknown });
    expect(await json('profile', 'scheduler', '--kind', 'heap', '--file', heap)).toMatchObject({ kind: 'heap' });
    expect(readFileSync(heap, 'utf8').slice(0, 12)).toBe('{"snapshot":');
    expect([cpu, heap].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
    // A file that is there is not replaced.
    expect((await ops('profile', 'scheduler', '--seconds', '0.1', '--file', cpu)).code).toBe(2);
    expect((await ops('profile', 'scheduler', '--seconds', '60', '--file', join(folder, 'long'))).error).toContain('INVALID_INPUT'); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
