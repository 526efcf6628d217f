import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withSourcePlaces } from '../src/processes/source-places.mjs';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();

/** `dist/main.js` of a package, whose second line was built of the fourth of `src/main.ts`. */
function builtPackage(name: string, map?: string) {
  const built = join(root, 'apps', name, 'dist/main.js');
  mkdirSync(join(built, '..'), { recursive: true });
  const sources = ['../src/main.ts'];
  writeFileSync(`${built}.map`, map ?? JSON.stringify({ version: 3, sources, names: [], mappings: 'AAAA;AAGA' }));
  return built;
}

test('places of what was built become those of its sources, with a line, a column or none', () => {
  const built = builtPackage('one');
  const said = [
    `${pathToFileURL(built).href}:2`,
    `    at start (${built}:2:1)`,
    `Cannot find module '${root}/apps/one/dist/gone.js' imported from ${built}`,
  ];
  expect(withSourcePlaces(said.join('\n'), root).split('\n')).toEqual([
    'apps/one/src/main.ts:4',
    '    at start (apps/one/src/main.ts:4)',
    `Cannot find module '${root}/apps/one/dist/gone.js' imported from apps/one/src/main.ts`,
  ]);
});

test('all else stays as it is: what has no map, or one that cannot be read, and what is no place', () => {
  const built = builtPackage('torn', '{');
  const said = `at ${built}:2:1, ${root}/other.js:1:1, main.js and http://127.0.0.1/main.js:1`;
  expect(withSourcePlaces(said, root)).toBe(said);
});
