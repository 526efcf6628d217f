import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builtFile, compileFile } from '../src/development/compile-file.mjs';
import { usersOf } from '../src/development/watch-sources.mjs';
import { temporaryFolder } from './temporary-folder.js';

const repoRoot = resolve(__dirname, '../../..');
const folder = join(temporaryFolder(), 'packages', 'history');

/** A package of our own, beside the configuration that its own extends. */
function copyOf(name: string): void {
  mkdirSync(folder, { recursive: true });
  for (const part of ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
    cpSync(join(repoRoot, name, part), join(folder, part), { recursive: true });
  cpSync(join(repoRoot, 'tsconfig.base.json'), resolve(folder, '../../tsconfig.base.json'));
}

/**
 * The text without what only the whole build knows of the types of parameters: whether a name is a class. One file alone asks that when it
 * is loaded, and takes an `import type` for an object; such a parameter is injected by a token, and nothing reads its type.
 */
function withoutTypes(text: string): string {
  return text
    .replace(/^(export )?(var|let) _\w(, _\w)*;\n/gm, '')
    .replace(/typeof \(_\w = typeof (\w+) !== "undefined" && \w+\) === "function" \? _\w : Object/g, '$1')
    .replace(/(?<="design:\w+", )[^)]*/g, (types) => types.replaceAll('Function', 'Object').replace(/\s+/g, ' '));
}

const SERVICES = ['definitions', 'executor', 'gateway', 'history'];

test('a file compiled on its own is what the build makes of it', () => {
  copyOf('apps/history');
  const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' });
  let compiled = 0;
  for (const name of sources) {
    const source = join(folder, 'src', name);
    const built = builtFile(folder, source);
    if (built === undefined) continue;
    expect(compileFile(folder, source)).toEqual([]);
    const expected = readFileSync(built.replace(folder, join(repoRoot, 'apps/history')), 'utf8');
    expect({ name, text: withoutTypes(readFileSync(built, 'utf8')) }).toEqual({ name, text: withoutTypes(expected) });
    compiled += 1;
  }
  expect(compiled).toBeGreaterThan(10);
});

test('a file with a mistake in its syntax leaves the build as it was', () => {
  copyOf('apps/history');
  const source = join(folder, 'src', 'config.ts');
  compileFile(folder, source);
  const before = readFileSync(join(folder, 'dist', 'config.js'), 'utf8');
  writeFileSync(source, 'export const broken = {;\n');
  expect(compileFile(folder, source)).toEqual([expect.stringContaining('config.ts:1 ')]);
  expect(readFileSync(join(folder, 'dist', 'config.js'), 'utf8')).toBe(before);
});

test('a change restarts the services that use its package, and no others', () => {
  const users = (...names: string[]) => usersOf(repoRoot, new Set(names.map((name) => join(repoRoot, name))), SERVICES);
  expect(users('apps/history')).toEqual(['history']);
  expect(users('packages/messaging')).toEqual(SERVICES);
  expect(users('packages/testing')).toEqual([]);
});
