import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

const home = temporaryFolder();
const keys = join(home, 'secrets', 'master-keys');

/** Runs a script where it could do something, except that a start would end at its first server. */
function run(script: string, argument: string) {
  const env = {
    PATH: process.env['PATH'],
    MILLRACE_HOME: home,
    MILLRACE_SKIP_BUILD: '1',
    MILLRACE_NATS_URL: 'nats://127.0.0.1:1',
  };
  const args = [join(import.meta.dirname, '..', `${script}.mjs`), argument];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

/** What a program that takes texts reads of its words. */
function read(...words: string[]) {
  const module = JSON.stringify(join(import.meta.dirname, '..', 'src', 'arguments.mjs'));
  const program = `import { readArguments } from ${module};
    const read = readArguments(process.argv.slice(1), { usage: 'npm run it -- --file FILE', flags: ['all'], texts: ['file', 'at'] });
    process.stdout.write(JSON.stringify(read));`;
  const args = ['--input-type=module', '--eval', program, '--', ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

test('flags may take a text, of which only those that were given are there', () => {
  const { status, stdout } = read('--file', 'one.yaml', '--all');
  expect([status, JSON.parse(stdout)]).toEqual([0, { flags: { all: true }, texts: { file: 'one.yaml' }, operand: '' }]);
});

test.each(['--fiel=one.yaml', '--file', 'one.yaml'])('%s is refused with the usage where no such word is', (word) => {
  const { status, stdout, stderr } = read(word);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^[^\n]+\.\nUsage: npm run it -- --file FILE\n$/);
});

test.each(['start', 'up', 'down', 'status', 'reset', 'rotate-master-key', 'backup', 'restore'])(
  '%s does nothing but explain itself when it is asked for help or for what it does not know',
  (script) => {
    mkdirSync(join(home, 'data'), { recursive: true });
    const usage = expect.stringContaining('Usage: npm ') as string;
    expect(run(script, '--help')).toEqual({ status: 0, stdout: usage, stderr: '' });
    const refused = run(script, '--yess');
    expect(refused).toEqual({ status: 2, stdout: '', stderr: usage });
    expect(refused.stderr).toContain("Unknown option '--yess'.");
    expect([existsSync(join(home, 'data')), existsSync(keys)]).toEqual([true, false]);
  },
);
