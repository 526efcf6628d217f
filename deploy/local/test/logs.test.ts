import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

const home = temporaryFolder();
const script = join(import.meta.dirname, '..', 'logs.mjs');
const env = { PATH: process.env['PATH'], MILLRACE_HOME: home };
const ID = 'exec_01m887wqp5fkp3j7e18anavgww';

const line = (service: string, second: number, fields: object) =>
  `${JSON.stringify({ level: 'debug', time: `2026-11-25T02:17:0${second}.000Z`, service, ...fields })}\n`;

const LINES = 40_000;

beforeAll(() => {
  mkdirSync(join(home, 'logs'));
  const write = (file: string, text: string) => writeFileSync(join(home, 'logs', file), text);
  write('gateway.log', line('gateway', 1, { executionId: ID, msg: 'stored' }) + line('gateway', 2, { msg: 'else' }));
  write('history.log.1', line('history', 3, { executionIds: ['exec_other', ID], msg: 'many' }));
  write('history.log', line('history', 5, { executionId: ID, msg: 'finished' }));
  write('executor.log', `{"broken":"${ID}\n${line('executor', 4, { executionId: ID, msg: 'ran' })}`);
  write('mongodb.log', `INFO a query has ${ID}\n`);
  write('large.log', Array.from({ length: LINES }, (_, index) => `line ${index} ${'x'.repeat(20)}\n`).join(''));
});

function logs(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, lines: stdout.split('\n').filter(Boolean), stderr };
}

test('all services have logged about an execution is shown in the order of time, with what was put aside', () => {
  const { status, lines, stderr } = logs(ID);
  const read = lines.map((each) => JSON.parse(each) as { service: string; msg: string });
  expect(read.map(({ service, msg }) => [service, msg])).toEqual([
    ['gateway', 'stored'],
    ['history', 'many'],
    ['executor', 'ran'],
    ['history', 'finished'],
  ]);
  expect([status, stderr]).toEqual([0, '']);
});

test('of an execution that no line is about, it says where its story is', () => {
  const { status, lines, stderr } = logs('exec_00000000000000000000000000');
  expect([status, lines]).toEqual([1, []]);
  expect(stderr).toMatch(/MILLRACE_LOG_LEVEL is debug.*journal/);
});

test('as many lines are shown as were asked for, however long they are together', () => {
  expect(logs('large', '-n', '30000').lines).toHaveLength(30_000);
  expect(logs('large', '-n', '1000000').lines).toHaveLength(LINES);
  expect(logs('large', '-n', '2').lines.map((each) => each.split(' ')[1])).toEqual(['39998', '39999']);
});

test('it ends quietly when nobody reads on', () => {
  const command = `"${process.execPath}" "${script}" large -n 40000 2>"${join(home, 'errors')}" | head -n 1; cat "${join(home, 'errors')}"`;
  const printed = execFileSync('sh', ['-c', command], { env, encoding: 'utf8' });
  expect(printed).toBe(`line 0 ${'x'.repeat(20)}\n`);
});
