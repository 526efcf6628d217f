import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, removeOthers } from '../src/runtime/build-once.mjs';
import { fingerprintDependencies, fingerprintFiles, workspaceFolders } from '../src/setup/fingerprint.mjs';
import { addUp, judgeStage, readReport, withSecondRun } from '../src/testing/counts.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

function repository(name: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'packages', 'one', 'src'), { recursive: true });
  mkdirSync(join(root, 'packages', 'not-a-package'), { recursive: true });
  mkdirSync(join(root, 'e2e'), { recursive: true });
  writeFileSync(
    join(root, 'pnpm-workspace.yaml'),
    'packages:\n  - packages/*\n  - apps/*\n  - e2e\n\ncatalog:\n  zod: 1.0.0\n',
  );
  for (const each of ['.', 'packages/one', 'e2e']) writeFileSync(join(root, each, 'package.json'), '{}');
  writeFileSync(join(root, 'packages/one/src/index.ts'), 'export const one = 1;\n');
  return root;
}

test('the packages of the workspace are found', () => {
  expect(workspaceFolders(repository('folders'))).toEqual(['e2e', 'packages/one']);
});

test('a changed, a new and a removed source change the fingerprint; reading them does not', () => {
  const root = repository('sources');
  const now = () => fingerprintFiles(root, ['packages/one/src']);
  const first = now();
  expect(now()).toBe(first);
  writeFileSync(join(root, 'packages/one/src/index.ts'), 'export const one = 2;\n'); // the same size
  const changed = now();
  expect(changed).not.toBe(first);
  writeFileSync(join(root, 'packages/one/src/two.ts'), '');
  const added = now();
  expect(added).not.toBe(changed);
  rmSync(join(root, 'packages/one/src/two.ts'));
  expect(now()).not.toBe(added);
});

test('a change is seen even if it keeps size and modification time', () => {
  const root = repository('same-time');
  const file = join(root, 'packages/one/src/index.ts');
  utimesSync(file, 1_000, 1_000);
  const first = fingerprintFiles(root, ['packages/one/src']);
  writeFileSync(file, 'export const one = 3;\n');
  utimesSync(file, 1_000, 1_000);
  expect(fingerprintFiles(root, ['packages/one/src'])).not.toBe(first);
});

test('a changed manifest or lock file asks for an install, a changed source does not', () => {
  const root = repository('dependencies');
  const first = fingerprintDependencies(root);
  writeFileSync(join(root, 'packages/one/src/index.ts'), 'changed');
  expect(fingerprintDependencies(root)).toBe(first);
  writeFileSync(join(root, 'packages/one/package.json'), '{"dependencies": {}}');
  const second = fingerprintDependencies(root);
  expect(second).not.toBe(first);
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lock');
  expect(fingerprintDependencies(root)).not.toBe(second);
});

test('an interrupted build leaves nothing that is taken for a whole one, and the next attempt succeeds', async () => {
  const target = join(folder, 'built', 'rootfs-0123456789ab');
  const say = () => {};
  const half = (temporary: string) => {
    writeFileSync(join(temporary, 'half'), '');
    return Promise.reject(new Error('network gone'));
  };
  await expect(buildOnce(target, { say, build: half })).rejects.toThrow('network gone');
  expect(existsSync(target)).toBe(false);
  const whole = (temporary: string) => {
    writeFileSync(join(temporary, 'whole'), '');
    return Promise.resolve();
  };
  await buildOnce(target, { say, build: whole });
  expect(readdirSync(target)).toEqual(['whole']);
});

test('two that want the same build make it once; a builder that died is not waited for', async () => {
  const target = join(folder, 'shared', 'ferretdb-0123456789ab');
  mkdirSync(`${target}.building`, { recursive: true });
  writeFileSync(join(`${target}.building`, 'owner.json'), JSON.stringify({ pid: process.pid, start: 'died' }));
  let builds = 0;
  const build = async () => {
    builds += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await Promise.all([buildOnce(target, { say: () => {}, build }), buildOnce(target, { say: () => {}, build })]);
  expect(builds).toBe(1);
  expect(readdirSync(join(folder, 'shared'))).toEqual(['ferretdb-0123456789ab']);
});

test('old runtimes are removed, anything else in the folder stays', () => {
  const parent = join(folder, 'old');
  for (const name of ['rootfs-aaaaaaaaaaaa', 'rootfs-bbbbbbbbbbbb', 'rootfs-aaaaaaaaaaaa.part', 'mine'])
    mkdirSync(join(parent, name), { recursive: true });
  removeOthers(parent, ['rootfs-bbbbbbbbbbbb']);
  expect(readdirSync(parent).sort()).toEqual(['mine', 'rootfs-bbbbbbbbbbbb']);
});

test('the suites of a JUnit report are added up', () => {
  const file = join(folder, 'report.xml');
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<testsuites name="jest tests" tests="9" failures="2" errors="1" time="1.2">
  <testsuite name="a" errors="0" failures="0" skipped="1" tests="4"><testcase name="x &lt;testsuite tests=&quot;90&quot;&gt;"/></testsuite>
  <testsuite name="b" errors="1" failures="2" skipped="0" tests="5"></testsuite>
</testsuites>`,
  );
  expect(readReport(file)).toEqual([
    { name: 'a', passed: 3, failed: 0, skipped: 1 },
    { name: 'b', passed: 2, failed: 3, skipped: 0 },
  ]);
  expect(addUp(readReport(file))).toEqual({ passed: 5, failed: 3, skipped: 1 });
});

test('of files that ran again the second run counts, and what did not run again stays failed', () => {
  const failed = (name: string) => ({ name, passed: 1, failed: 2, skipped: 0 });
  const passed = (name: string) => ({ name, passed: 3, failed: 0, skipped: 0 });
  expect(withSecondRun([passed('a'), failed('b'), failed('c'), failed('d')], [passed('b'), failed('c')])).toEqual({
    counts: { passed: 8, failed: 4, skipped: 0 },
    flaky: ['b'],
  });
  const empty = { name: 'b', passed: 0, failed: 0, skipped: 3 };
  expect(withSecondRun([failed('b')], [empty])).toEqual({ counts: { passed: 1, failed: 2, skipped: 0 }, flaky: [] });
});

test('a stage that crashed or ran nothing is a failure, never a silent success', () => {
  expect(judgeStage({ passed: 5, failed: 0, skipped: 0 }, true).failed).toBe(0);
  expect(judgeStage({ passed: 5, failed: 0, skipped: 0 }, false).failed).toBe(1);
  expect(judgeStage({ passed: 5, failed: 2, skipped: 0 }, false).failed).toBe(2);
  expect(judgeStage(addUp(readReport(join(folder, 'missing'))), true).failed).toBe(1);
});
