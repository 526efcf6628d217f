import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CALLS } from './calls.js';

/** The calls that the table of the README names: `.get(id)` behind `secrets.list()` is `secrets.get`. */
function callsIn(readme: string): string[] {
  const table = /\n## Calls\n\n((?:\|.*\n)+)/.exec(readme)?.[1] ?? '';
  let group = '';
  return Array.from(table.matchAll(/`([\w.]+)\(/g), ([, name = '']) => {
    if (name.startsWith('.')) return `${group}${name}`;
    group = name.slice(0, Math.max(0, name.lastIndexOf('.')));
    return name;
  });
}

test('the README names each call that there is, and no other one', () => {
  const named = callsIn(readFileSync(path.join(__dirname, '../README.md'), 'utf8'));
  const inCamelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  expect([...new Set(named)].sort()).toEqual(Object.keys(CALLS).map(inCamelCase).sort());
});
