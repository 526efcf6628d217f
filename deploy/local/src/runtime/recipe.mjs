import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Debian suite of the private runtime: the first with the documentdb extension. */
export const SUITE = 'forky';

/** What the servers need, and no more: NATS, Redis, PostgreSQL with DocumentDB, and an IMAP server for tests. */
export const SERVER_PACKAGES = ['postgresql-18-documentdb', 'nats-server', 'redis-server', 'dovecot-imapd'];

/** What builds FerretDB on a machine without a good Go. */
export const BUILD_PACKAGES = ['golang-go', 'ca-certificates'];

const APT_OPTIONS = [
  'APT::Install-Recommends "false"',
  // A mirror of a testing suite may lag behind the date its index promises; signatures are still checked.
  'Acquire::Check-Valid-Until "false"',
  'Acquire::Retries "3"',
];
const DPKG_OPTIONS = ['man', 'doc', 'locale', 'info'].map((folder) => `path-exclude=/usr/share/${folder}/*`);

/** Run in the finished tree: the mount points the sandbox needs (it sees the tree read-only) and a name for its user. */
const FINISH =
  'mkdir -p "$1/data" "$1/opt/millrace" && echo "millrace:x:1000:1000::/data:/bin/sh" >> "$1/etc/passwd" && ' +
  'echo "millrace:x:1000:" >> "$1/etc/group"';

/**
 * The arguments of mmdebstrap but for target and mirror.
 *
 * @param {string[]} packages
 * @returns {string[]}
 */
export function debootstrapOptions(packages) {
  return [
    // "essential" and not "extract": without its maintainer scripts PostGIS, which DocumentDB needs, is missing.
    '--variant=essential',
    `--include=${packages.join(',')}`,
    ...APT_OPTIONS.map((option) => `--aptopt=${option}`),
    ...DPKG_OPTIONS.map((option) => `--dpkgopt=${option}`),
    `--customize-hook=${FINISH}`,
  ];
}

/** A name for this recipe: another recipe is another folder, so an old tree is never taken for a new one. */
export function rootRecipeHash() {
  return hash(JSON.stringify([SUITE, debootstrapOptions(SERVER_PACKAGES), process.arch]));
}

/**
 * A name for one FerretDB program, made of all that goes into it.
 *
 * @param {string} sourceDir the Go module
 */
export function ferretdbRecipeHash(sourceDir) {
  const files = readdirSync(sourceDir).filter((name) => name.endsWith('.go') || name === 'go.mod' || name === 'go.sum');
  return hash(
    [process.arch, ...files.sort().map((name) => `${name}\n${readFileSync(join(sourceDir, name), 'utf8')}`)].join('\n'),
  );
}

/** @param {string} text */
function hash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
