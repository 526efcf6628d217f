import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeTestFolder } from '../src/testing/test-folder.mjs';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();
const cli = join(import.meta.dirname, '..', 'test.mjs');

/** Runs `npm test` in a home to its end, which is at once when it is refused. */
async function runTests(home: string, ...args: string[]) {
  const env = { ...process.env, MILLRACE_HOME: home };
  const child = spawn(process.execPath, [cli, ...args], { env, timeout: 40_000 });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, output };
}

function newHome(name: string): string {
  const home = join(root, name);
  mkdirSync(join(home, 'test-servers'), { recursive: true });
  return home;
}

test('a second run of tests in a clone is refused before it touches anything, and says by whom and what to do', async () => {
  const home = newHome('twice');
  const data = join(home, 'test-servers', 'data-of-the-first');
  writeFileSync(data, '');
  const release = takeTestFolder(join(home, 'test-servers'), 'npm test --only int');
  const { code, output } = await runTests(home, '--only', 'unit');
  release();
  expect(code).toBe(1);
  expect(output).toContain(`Process ${process.pid} ("npm test --only int") uses ${join(home, 'test-servers')}`);
  expect(output).toContain(`kill ${process.pid}`);
  expect(output).toMatch(/0 passed, 1 failed\n$/);
  expect(existsSync(data)).toBe(true);
}, 60_000);

test('the next run has the folder, after one that has ended and after one that was killed', async () => {
  const folder = join(newHome('killed'), 'test-servers');
  takeTestFolder(folder, 'the first')();
  const module = join(import.meta.dirname, '..', 'src', 'testing', 'test-folder.mjs');
  const script = `(await import(${JSON.stringify(module)})).takeTestFolder(${JSON.stringify(folder)}, 'killed'); console.log('taken'); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const ended = new Promise((resolve) => other.once('close', resolve));
  await new Promise((resolve) => other.stdout.once('data', resolve));
  expect(() => takeTestFolder(folder, 'the second')).toThrow(`Process ${other.pid} ("killed")`);
  other.kill('SIGKILL');
  await ended;
  takeTestFolder(folder, 'the third')();
  expect(readdirSync(join(folder, '..'))).toEqual(['test-servers']);
});

test('what a loss of power has left is no run, although its process id is that of another process now', () => {
  const folder = join(newHome('power'), 'test-servers');
  writeFileSync(`${folder}.lock`, JSON.stringify({ process: { pid: process.pid, start: 'another-boot-1' } }));
  takeTestFolder(folder, 'after the power')();
  writeFileSync(`${folder}.lock`, '');
  takeTestFolder(folder, 'after an empty file')();
});

test('of many that start at the same moment where a lock was left, one has it', async () => {
  const folder = join(newHome('race'), 'test-servers');
  const module = join(import.meta.dirname, '..', 'src', 'testing', 'test-folder.mjs');
  const at = Date.now() + 1_500;
  const script = `
    const { takeTestFolder } = await import(${JSON.stringify(module)});
    while (Date.now() < ${at});
    try { takeTestFolder(${JSON.stringify(folder)}, 'race'); console.log('taken'); } catch (error) { console.log(error.name); }
    process.stdin.resume().once('end', () => process.exit());
  `;
  writeFileSync(`${folder}.lock`, JSON.stringify({ process: { pid: 2 ** 22 + 1, start: 'gone' }, purpose: 'left' }));
  const runs = Array.from({ length: 6 }, () => spawn(process.execPath, ['--input-type=module', '-e', script]));
  const said = await Promise.all(
    runs.map(
      (run) =>
        new Promise<string>((resolve) => run.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()))),
    ),
  );
  for (const run of runs) run.stdin.end();
  expect(said.sort()).toEqual(['Failure', 'Failure', 'Failure', 'Failure', 'Failure', 'taken']);
});
