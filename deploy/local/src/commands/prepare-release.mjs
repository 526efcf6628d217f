import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readJson, writeJson, writeWhole } from '../json-file.mjs';

const TITLES = { major: 'Breaking changes', minor: 'New', patch: 'Fixed' };

/**
 * Turns the changesets into a release: raises the version of every package and writes the release's section of `CHANGELOG.md`.
 * Changesets itself would write a changelog for each package, almost all of them empty, and skip the root.
 *
 * @param {{ repoRoot: string }} options
 * @returns {string} the new version
 * @throws Error when there is no changeset, or when the message fixtures do not fit the new version
 */
export function prepareRelease({ repoRoot }) {
  const plan = readPlan(repoRoot);
  const version = plan.releases[0]?.newVersion;
  if (version === undefined) {
    throw new Error('There is no changeset, so there is nothing to release. `pnpm changeset` adds one.');
  }
  checkFixtures(repoRoot, version);
  const changelog = join(repoRoot, 'CHANGELOG.md');
  const updated = withSection(readFileSync(changelog, 'utf8'), sectionOf(version, plan.changesets));
  changesets(repoRoot, ['version']);
  const manifest = join(repoRoot, 'package.json');
  writeJson(manifest, { .../** @type {object} */ (readJson(manifest)), version }, 0o644);
  writeWhole(changelog, updated, 0o644);
  return version;
}

/**
 * @typedef {{ summary: string, releases: { type: string }[] }} Changeset
 * @typedef {{ changesets: Changeset[], releases: { newVersion: string }[] }} Plan
 */

/**
 * @param {string} repoRoot
 * @returns {Plan}
 */
function readPlan(repoRoot) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-release-'));
  try {
    // Changesets resolves the path from the repository's root.
    const file = join(folder, 'plan.json');
    changesets(repoRoot, ['status', '--output', relative(repoRoot, file)]);
    return /** @type {Plan} */ (readJson(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} repoRoot
 * @param {string[]} args
 */
function changesets(repoRoot, args) {
  const program = join(repoRoot, 'node_modules/@changesets/cli/bin.js');
  execFileSync(process.execPath, [program, ...args], { cwd: repoRoot, stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * A release's messages are in the fixture file of its version. Were the file named otherwise, the next release would add
 * to payloads that were published.
 *
 * @param {string} repoRoot
 * @param {string} version
 */
function checkFixtures(repoRoot, version) {
  const folder = 'packages/contracts/src/messages/fixtures';
  if (existsSync(join(repoRoot, folder, `${version}.json`))) return;
  throw new Error(
    `${folder}/${version}.json is missing. Rename the file of the coming release, or copy the newest one.`,
  );
}

/**
 * @param {string} version
 * @param {Changeset[]} all
 */
function sectionOf(version, all) {
  const parts = Object.entries(TITLES).flatMap(([type, title]) => {
    const lines = all
      .filter((one) => typeOf(one) === type)
      .map((one) => `- ${one.summary.trim().replaceAll('\n', '\n  ')}`);
    return lines.length === 0 ? [] : [`### ${title}\n\n${lines.sort().join('\n')}\n`];
  });
  return `## ${version}\n\n${parts.join('\n')}`;
}

/** @param {Changeset} changeset */
function typeOf({ releases }) {
  return Object.keys(TITLES).find((type) => releases.some((release) => release.type === type)) ?? 'patch';
}

/**
 * @param {string} changelog
 * @param {string} section
 */
function withSection(changelog, section) {
  const first = changelog.search(/^## /m);
  if (first < 0) return `${changelog.trimEnd()}\n\n${section}`;
  return `${changelog.slice(0, first)}${section}\n${changelog.slice(first)}`;
}
