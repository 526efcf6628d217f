import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

test('what the documentation runs by npm exists, and needs no pnpm on PATH', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'deploy/local/README.md', 'packages/development/README.md'];
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  const needsPnpm = (command: string) => /(^|&& )(pnpm|turbo) /.test(command);
  expect([...new Set(named)].filter((name) => commandsOf(name).some(needsPnpm))).toEqual([]);
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
