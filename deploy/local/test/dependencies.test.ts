import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

test('every library of the catalog has its reason in docs/dependencies.md, and nothing else has one', () => {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const catalog = workspace.split(/^catalog:\n/m)[1]?.split(/^\S/m)[0] ?? '';
  const used = [...catalog.matchAll(/^ {2}'?([^':\n]+)'?: /gm)].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(30);

  const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8');
  const told = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(told.sort()).toEqual(used.sort());
});
