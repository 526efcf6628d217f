import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareRelease } from '../src/release/prepare-release.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-release-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const source = join(__dirname, '..', '..', '..');

/** Where the SDKs say their version themselves. */
const SDK_VERSIONS = {
  'packages/sdk-js/src/version.ts': "/** It's the version. */\nexport const VERSION = '0.1.0';\n",
  'packages/sdk-python/src/meingpt/_version.py': '"""The version."""\n\nVERSION = "0.1.0"\n',
  'packages/sdk-python/pyproject.toml': '[project]\nname = "meingpt"\nversion = "0.1.0"\nrequires-python = ">=3.9"\n',
};

/** A repository with this one's settings of Changesets, three packages at 0.1.0, and message fixtures of the given releases. */
function repository(name: string, fixtures: string[]): string {
  const root = join(folder, name);
  const write = (file: string, content: string | object) => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
  write('package.json', { name: 'millrace', version: '0.1.0', private: true });
  for (const each of ['contracts', 'schema']) {
    write(`packages/${each}/package.json`, { name: `@millrace/${each}`, version: '0.1.0', private: true });
  }
  write('packages/sdk-js/package.json', { name: '@meingpt/workflows', version: '0.1.0', private: true });
  for (const [file, text] of Object.entries(SDK_VERSIONS)) write(file, text);
  for (const each of fixtures) write(`packages/contracts/src/messages/fixtures/${each}.json`, {});
  write(CHECKSUMS, 'aa  fixtures/0.1.0.json\n');
  write('.changeset/config.json', readFileSync(join(source, '.changeset/config.json'), 'utf8'));
  write('CHANGELOG.md', '# Changelog\n\nWhat changed.\n\n## 0.1.0\n\n- The first.\n');
  write('.gitignore', 'node_modules\n');
  symlinkSync(join(source, 'node_modules'), join(root, 'node_modules'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: root });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'Begin');
  return root;
}

const CHECKSUMS = 'packages/contracts/src/messages/fixtures.sha256';

const addChangeset = (root: string, name: string, type: string, summary: string) =>
  writeFileSync(join(root, `.changeset/${name}.md`), `---\n'@millrace/schema': ${type}\n---\n\n${summary}\n`);

test('changesets raise every version together and become one section of the changelog', () => {
  const root = repository('release', ['0.1.0', '0.2.0']);
  addChangeset(root, 'a', 'patch', 'A repaired step.');
  addChangeset(root, 'b', 'minor', 'A new step.\nIt waits.');
  expect(prepareRelease(root)).toBe('0.2.0');
  const manifests = ['', 'packages/contracts', 'packages/schema', 'packages/sdk-js'].map((at) =>
    join(at, 'package.json'),
  );
  for (const file of manifests) expect(readFileSync(join(root, file), 'utf8')).toContain('"version": "0.2.0"');
  for (const [file, text] of Object.entries(SDK_VERSIONS))
    expect(readFileSync(join(root, file), 'utf8')).toBe(text.replace('0.1.0', '0.2.0'));
  expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toBe(
    '# Changelog\n\nWhat changed.\n\n## 0.2.0\n\n### New\n\n- A new step.\n  It waits.\n\n### Fixed\n\n- A repaired step.\n\n## 0.1.0\n\n- The first.\n',
  );
});

test('the payloads of the release are recorded by their checksum, since nobody may change them any more', () => {
  const root = repository('checksums', ['0.1.0', '0.2.0']);
  addChangeset(root, 'a', 'minor', 'A new step.');
  prepareRelease(root);
  const [first, second, end] = readFileSync(join(root, CHECKSUMS), 'utf8').split('\n');
  expect([first, end]).toEqual(['aa  fixtures/0.1.0.json', '']);
  // What `printf '{}' | sha256sum` prints.
  expect(second).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  fixtures/0.2.0.json');
});

test('without a changeset there is nothing to release', () => {
  expect(() => prepareRelease(repository('nothing', ['0.1.0']))).toThrow(/no changeset/);
});

test('a release without message fixtures of its version changes nothing and says what is missing', () => {
  const root = repository('fixtures', ['0.1.0']);
  addChangeset(root, 'a', 'minor', 'A new step.');
  expect(() => prepareRelease(root)).toThrow(/fixtures\/0\.2\.0\.json is missing/);
  expect(readFileSync(join(root, 'package.json'), 'utf8')).toContain('0.1.0');
});
