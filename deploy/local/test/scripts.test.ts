import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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

test('what the operator asks for as JSON is all that is printed: the build before it prints elsewhere', () => {
  expect(scripts['ops']).toMatch(/^[^&]* >&2 && node deploy\/local\/ops\.mjs$/);
});
