import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const BENCH = join(__dirname, '../../../bench');
const node = (...args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8', cwd: BENCH });

/** Programs of benchmarks. */
const programs = readdirSync(BENCH, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.mjs') && !file.includes('node_modules'),
);

describe('a benchmark', () => {
  it.each([
    [true, 0, 'within budget: 2 of 3 ms\n'],
    [false, 1, 'OVER budget: 2 of 3 ms\n'],
  ])('that is within its budget (%s) ends with status %i', (isWithin, status, stdout) => {
    const program = `import { verdict } from './lib/verdict.mjs'; verdict(${isWithin}, '2 of 3 ms'); verdict(true, '1 ms');`;
    const ended = node('--input-type=module', '--eval', program);
    expect([ended.status, ended.stdout]).toEqual([status, `${stdout}within budget: 1 ms\n`]);
  });

  it('says it in no other way', () => {
    const own = programs.filter((file) => /'OVER'/.test(readFileSync(join(BENCH, file), 'utf8')));
    expect(own).toEqual([join('lib', 'verdict.mjs')]);
  });

  it('is found by its name', () => {
    const { status, stderr } = node('run.mjs', 'nobodys');
    expect(status).toBe(1);
    const names = (/One of: (.*)\n/.exec(stderr)?.[1] ?? '').split(', ');
    const begun = programs.filter((file) => readFileSync(join(BENCH, file), 'utf8').includes('npm run bench'));
    const folders = begun.filter((file) => file !== 'run.mjs').map((file) => file.replace(/(\/run)?\.mjs$/, ''));
    expect(names.sort()).toEqual(expect.arrayContaining(folders));
  });
});
