import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { builtFile, compileFile } from '../src/watch/compile-file.js';
import { builtFolders, describeFiles, usersOf } from '../src/watch/watch-sources.js';

const repoRoot = resolve(__dirname, '../../..');
const SOURCE = join(repoRoot, 'apps/history');
const SERVICES = ['definitions', 'executor', 'gateway', 'history'];

let root: string;
let folder: string;

/** A package of our own, beside the configuration that its own extends. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-watch-'));
  folder = join(root, 'apps', 'history');
  mkdirSync(folder, { recursive: true });
  for (const part of ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
    cpSync(join(SOURCE, part), join(folder, part), { recursive: true });
  cpSync(join(repoRoot, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'));
  symlinkSync(join(SOURCE, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What the build makes of the package's sources: the whole program, types known, but none checked. */
function built(): Map<string, string> {
  const file = join(folder, 'tsconfig.build.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const texts = new Map<string, string>();
  const program = ts.createProgram(fileNames, { ...options, declaration: false });
  program.emit(undefined, (name, text) => void texts.set(name, text));
  return texts;
}

/**
 * The text without what only the whole build knows of the types of parameters: whether a name is a class. One file alone asks that when it
 * is loaded, and takes an `import type` for an object, and a `Pick` for what might be a class; such a parameter is injected by a token, and nothing reads its type.
 */
function withoutTypes(text: string): string {
  return text
    .replace(/^(export )?(var|let) _\w(, _\w)*;\n/gm, '')
    .replace(/typeof \(_\w = typeof (\w+) !== "undefined" && \w+\) === "function" \? _\w : Object/g, '$1')
    .replace(/(?<="design:\w+", )[^)]*/g, (types) => types.replace(/Function|Pick/g, 'Object').replace(/\s+/g, ' '));
}

test('a file compiled on its own is what the build makes of it', () => {
  const expected = built();
  let compiled = 0;
  for (const name of readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })) {
    const source = join(folder, 'src', name);
    const target = builtFile(folder, source);
    if (target === undefined) continue;
    expect(compileFile(folder, source)).toEqual([]);
    const text = withoutTypes(readFileSync(target, 'utf8'));
    expect({ name, text }).toEqual({ name, text: withoutTypes(expected.get(target) ?? '') });
    compiled += 1;
  }
  expect(compiled).toBeGreaterThan(10);
});

test('a file with a mistake in its syntax leaves the build as it was', () => {
  const source = join(folder, 'src', 'config.ts');
  compileFile(folder, source);
  const before = readFileSync(join(folder, 'dist', 'config.js'), 'utf8');
  writeFileSync(source, 'export const broken = {;\n');
  expect(compileFile(folder, source)).toEqual([expect.stringContaining('config.ts:1 ')]);
  expect(readFileSync(join(folder, 'dist', 'config.js'), 'utf8')).toBe(before);
});

test('a source that is gone is said to be removed, beside those that were compiled', () => {
  const [config, gone] = ['config.ts', 'gone.ts'].map((name) => join(folder, 'src', name)) as [string, string];
  expect(describeFiles(root, [gone, config])).toBe(
    'apps/history/src/config.ts compiled, apps/history/src/gone.ts removed',
  );
  expect(describeFiles(root, [gone])).toBe('apps/history/src/gone.ts removed');
  expect(
    describeFiles(
      root,
      Array.from({ length: 9 }, () => config),
    ),
  ).toBe('9 files compiled');
});

test('a change restarts the services that use its package, and no others', () => {
  const users = (...names: string[]) => usersOf(repoRoot, new Set(names.map((name) => join(repoRoot, name))), SERVICES);
  expect(users('apps/history')).toEqual(['history']);
  expect(users('packages/messaging')).toEqual(SERVICES);
  expect(users('packages/testing')).toEqual([]);
});

test('what is built in another way, for others than the services, is not watched', () => {
  const watched = builtFolders(repoRoot);
  expect(watched).toContain(join(repoRoot, 'apps/gateway'));
  expect(watched).not.toContain(join(repoRoot, 'packages/sdk-js'));
});
