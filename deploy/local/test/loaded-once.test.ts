import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const require = createRequire(import.meta.url);
const { runtime } = require(join(root, 'jest.preset.cjs')) as { runtime: string };
const { WITHOUT_STATE } = require(runtime) as { WITHOUT_STATE: readonly string[] };

it('what is loaded once for all files of tests uses none of our packages but those that are loaded before it', () => {
  const manifests = WITHOUT_STATE.map((source) => {
    const text = readFileSync(join(source, '..', 'package.json'), 'utf8');
    return JSON.parse(text) as { name: string; dependencies?: Record<string, string> };
  });
  const uses = manifests.map(({ dependencies = {} }) =>
    Object.keys(dependencies).filter((name) => dependencies[name]?.startsWith('workspace:')),
  );
  expect(uses.length).toBeGreaterThan(0);
  for (const [place, names] of uses.entries()) {
    const before = manifests.slice(0, place).map(({ name }) => name);
    expect(names.filter((name) => !before.includes(name))).toEqual([]);
  }
});
