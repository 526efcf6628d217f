import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readJson, writeJson, writeWhole } from '@millrace/local/json-file';

const TITLES = { major: 'Breaking changes', minor: 'New', patch: 'Fixed' };

/** Where the SDKs say their version themselves. */
const NAMING_THE_VERSION = [
  'packages/sdk-js/src/version.ts',
  'packages/sdk-python/src/meingpt/_version.py',
  'packages/sdk-python/pyproject.toml',
];
const VERSION = /(^(?:export const )?version = ['"])[^'"]*(['"])/im;

/** Where the payloads of messages are, and their checksums once they are released. */
const MESSAGES = 'packages/contracts/src/messages';

/** What is public may be read by everybody. */
const MODE = 0o644;

interface Changeset {
  readonly summary: string;
  readonly releases: readonly { readonly type: string }[];
}

interface Plan {
  readonly changesets: readonly Changeset[];
  readonly releases: readonly { readonly newVersion: string }[];
}

/**
 * Turns the changesets into a release: raises the version of every package and writes the release's section of `CHANGELOG.md`.
 * Changesets itself would write a changelog for each package, almost all of them empty, and skip the root. Returns the new version. Throws an
 * Error when there is no changeset, or when the message fixtures do not fit the new version.
 */
export function prepareRelease(root: string): string {
  const plan = readPlan(root);
  const version = plan.releases[0]?.newVersion;
  if (version === undefined) {
    throw new Error('There is no changeset, so there is nothing to release. `pnpm changeset` adds one.');
  }
  checkFixtures(root, version);
  const changelog = join(root, 'CHANGELOG.md');
  const updated = withSection(readFileSync(changelog, 'utf8'), sectionOf(version, plan.changesets));
  changesets(root, ['version']);
  const manifest = join(root, 'package.json');
  writeJson(manifest, { ...(readJson(manifest) as object), version }, MODE);
  writeWhole(changelog, updated, MODE);
  recordFixtures(root, version);
  for (const file of NAMING_THE_VERSION) {
    const text = readFileSync(join(root, file), 'utf8');
    writeWhole(
      join(root, file),
      text.replace(VERSION, (_all, before: string, after: string) => before + version + after),
      MODE,
    );
  }
  return version;
}

function readPlan(root: string): Plan {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-release-'));
  try {
    // Changesets resolves the path from the repository's root.
    const file = join(folder, 'plan.json');
    changesets(root, ['status', '--output', relative(root, file)]);
    return readJson(file) as Plan;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changesets(root: string, args: readonly string[]): void {
  const program = join(root, 'node_modules/@changesets/cli/bin.js');
  execFileSync(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * A release's messages are in the fixture file of its version. Were the file named otherwise, the next release would add
 * to payloads that were published.
 */
function checkFixtures(root: string, version: string): void {
  const file = `${MESSAGES}/fixtures/${version}.json`;
  if (existsSync(join(root, file))) return;
  throw new Error(`${file} is missing. Rename the file of the coming release, or copy the newest one.`);
}

/** From now on a test refuses every change of these payloads. */
function recordFixtures(root: string, version: string): void {
  const checksums = join(root, MESSAGES, 'fixtures.sha256');
  const file = `fixtures/${version}.json`;
  const hash = createHash('sha256')
    .update(readFileSync(join(root, MESSAGES, file)))
    .digest('hex');
  writeWhole(checksums, `${readFileSync(checksums, 'utf8')}${hash}  ${file}\n`, MODE);
}

function sectionOf(version: string, all: readonly Changeset[]): string {
  const parts = Object.entries(TITLES).flatMap(([type, title]) => {
    const lines = all
      .filter((one) => typeOf(one) === type)
      .map((one) => `- ${one.summary.trim().replaceAll('\n', '\n  ')}`);
    return lines.length === 0 ? [] : [`### ${title}\n\n${lines.sort().join('\n')}\n`];
  });
  return `## ${version}\n\n${parts.join('\n')}`;
}

function typeOf({ releases }: Changeset): string {
  return Object.keys(TITLES).find((type) => releases.some((release) => release.type === type)) ?? 'patch';
}

function withSection(changelog: string, section: string): string {
  const first = changelog.search(/^## /m);
  if (first < 0) return `${changelog.trimEnd()}\n\n${section}`;
  return `${changelog.slice(0, first)}${section}\n${changelog.slice(first)}`;
}
