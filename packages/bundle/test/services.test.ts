import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

const APPS = join(__dirname, '../../../apps');

/** What finds files of its own by where its code is. */
const APART = ['swagger-ui-dist/absolute-path.js'];

it.each(readdirSync(APPS))('the program of %s loads nothing but itself and what Node has', (name) => {
  const program = readFileSync(join(APPS, name, 'dist/program/main.js'), 'utf8');
  const imported = [...program.matchAll(/^(?:import|export) [^;]*?from "([^"]+)";$/gm)].map(
    ([, from]) => from as string,
  );
  expect(imported.length).toBeGreaterThan(20);
  expect(imported.filter((from) => !isBuiltin(from) && !APART.includes(from))).toEqual([]);
});
