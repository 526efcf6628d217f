import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { longStages } from '../src/testing/suites.mjs';
import { temporaryFolder } from './temporary-folder.js';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** A script with those that it runs by `npm run`. */
function commandsOf(name: string): string[] {
  const command = scripts[name];
  if (command === undefined) return [];
  return [command, ...[...command.matchAll(/npm run ([\w:-]+)/g)].flatMap(([, inner = '']) => commandsOf(inner))];
}

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'deploy/local/README.md', 'packages/development/README.md', 'bench/README.md'],
  ...['docs', 'docs/runbooks'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((file) => (file.endsWith('.md') ? [`${folder}/${file}`] : [])),
  ),
];

/** What the pages have behind a command, as `page: words`. Words in capitals stand for others. */
function wordsBehind(command: RegExp): [page: string, words: string][] {
  const pattern = new RegExp(String.raw`${command.source} (?<words>[a-z][\w/-]*(?: [a-z][a-z-]*)?)`, 'g');
  return pages.flatMap((page) =>
    [...read(page).matchAll(pattern)].map(({ groups }): [string, string] => [page, groups?.['words'] ?? '']),
  );
}

/** Those whose words are none, of which there have to be some. */
function unknown(command: RegExp, atLeast: number, isKnown: (words: string) => boolean): string[] {
  const found = wordsBehind(command);
  expect(found.length).toBeGreaterThanOrEqual(atLeast);
  return found.filter(([, words]) => !isKnown(words)).map(([page, words]) => `${page}: ${words}`);
}

test('what the documentation runs by npm exists, and needs no pnpm on PATH', () => {
  const npm = /npm (?:run (?:--silent )?|(?=start\b|test\b))(?<name>[a-z][\w:-]*)/g;
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(npm)].map(({ groups }) => [page, groups?.['name'] ?? ''] as const),
  );
  expect(named.length).toBeGreaterThan(100);
  for (const page of ['deploy', 'operate', 'capacity', 'cluster-backup', 'runbooks/damaged-consumers'])
    expect(named.map(([from]) => from)).toContain(`docs/${page}.md`);
  expect(named.filter(([, name]) => scripts[name] === undefined)).toEqual([]);
  const needsPnpm = (command: string) => /(^|&& )(pnpm|turbo) /.test(command);
  const all = new Set(named.map(([, name]) => name));
  expect([...all].filter((name) => commandsOf(name).some(needsPnpm))).toEqual([]);
});

test('each campaign, benchmark, stage of the tests and command of the operator that the documentation names exists', () => {
  const tests = readdirSync(join(root, 'e2e/src'), { recursive: true, encoding: 'utf8' }).map(
    (file) => `e2e/src/${file}`,
  );
  const isCampaign = (name: string) =>
    longStages(name)[0] !== 'long' || tests.some((file) => file.endsWith('.test.ts') && file.includes(name));
  expect(unknown(/npm run test:long --/, 5, (words) => isCampaign(words.split(' ')[0] ?? ''))).toEqual([]);

  const isBenchmark = (name: string) => existsSync(join(root, 'bench', name, 'run.mjs')) || parts.includes(name);
  const parts = [...(/PARTS = \[(.*)\]/.exec(read('bench/run.mjs'))?.[1] ?? '').matchAll(/'([^']+)'/g)].map(
    (one) => one[1],
  );
  expect(unknown(/npm run bench --/, 20, (words) => isBenchmark(words.split(' ')[0] ?? ''))).toEqual([]);

  const stages = /STAGES = .*\(\[(.*)\]\)/.exec(read('deploy/local/src/commands/test.mjs'))?.[1] ?? '';
  expect(unknown(/npm test -- --only/, 1, (words) => stages.includes(`'${words.split(' ')[0]}'`))).toEqual([]);

  const folder = 'packages/ops/src/commands';
  const commands = readdirSync(join(root, folder)).flatMap((file) =>
    [...read(`${folder}/${file}`).matchAll(/^ {2}name: '([a-z -]+)'/gm)].map(([, name = '']) => name),
  );
  const isCommand = (words: string) => commands.some((name) => `${words} `.startsWith(`${name} `));
  expect(unknown(/(?:npm run (?:--silent )?ops --|run --rm(?: \S+)*? ops)/, 20, isCommand)).toEqual([]);
});

const folder = temporaryFolder();

test('the check of the format does not even look into .millrace, where file systems of images come and go', () => {
  const prettier = join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  const check = scripts['format:check'] ?? '';
  expect(check.replace('--check', '--write')).toBe(scripts['format']);
  for (const name of ['.millrace', 'src']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, '.millrace', 'wrong.js'), 'a  =  1');
  writeFileSync(join(folder, 'src', 'right.js'), 'a = 1;\n');
  // Without the repository's .prettierignore, so that only what is not looked into is left out.
  const shell = `set -e; prettier() { "${process.execPath}" "${prettier}" "$@"; }; ${check}`;
  expect(() => execFileSync('sh', ['-c', shell], { cwd: folder, stdio: 'pipe' })).not.toThrow();
});

test('what the operator asks for as JSON is all that is printed: the build before it prints elsewhere', () => {
  expect(scripts['ops']).toMatch(/^[^&]* >&2 && node deploy\/local\/ops\.mjs$/);
});
