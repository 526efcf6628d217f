import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', '.turbo', 'coverage', '.millrace', '.git']);

/**
 * A hash over all files below some folders of the repository: path, size and the times of the last change to content and to
 * metadata. A checkout that brings back an old content has a new time too, so a change can't be missed; the price is a needless rebuild.
 *
 * @param {string} repoRoot
 * @param {string[]} entries files and folders relative to it; missing ones count as such
 * @returns {string}
 */
export function fingerprintFiles(repoRoot, entries) {
  const hash = createHash('sha256').update(process.version);
  /** @param {string} path */
  const visit = (path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) hash.update(`${relative(repoRoot, path)} missing\n`);
    else if (stats.isDirectory()) {
      for (const name of readdirSync(path).sort()) if (!SKIPPED.has(name)) visit(join(path, name));
    } else hash.update(`${relative(repoRoot, path)} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}\n`);
  };
  for (const entry of entries) visit(join(repoRoot, entry));
  return hash.digest('hex');
}

/**
 * A hash of all that decides what is installed: by content, since an install takes long.
 *
 * @param {string} repoRoot
 * @returns {string}
 */
export function fingerprintDependencies(repoRoot) {
  const hash = createHash('sha256').update(process.version);
  const manifests = workspaceFolders(repoRoot).map((folder) => join(folder, 'package.json'));
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', ...manifests]) {
    const path = join(repoRoot, file);
    hash.update(file).update(existsSync(path) ? readFileSync(path) : 'missing');
  }
  return hash.digest('hex');
}

/**
 * The folders of the workspace's packages, relative to the repository, by the patterns of pnpm-workspace.yaml.
 *
 * @param {string} repoRoot
 * @returns {string[]}
 */
export function workspaceFolders(repoRoot) {
  const yaml = readFileSync(join(repoRoot, 'pnpm-workspace.yaml'), 'utf8');
  const list = yaml.match(/^packages:\n((?:[ \t]+-.*\n)+)/m)?.[1] ?? '';
  const patterns = [...list.matchAll(/-\s*['"]?([^'"\n]+)['"]?/g)].map((match) => (match[1] ?? '').trim());
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    return existsSync(join(repoRoot, parent))
      ? readdirSync(join(repoRoot, parent)).map((name) => `${parent}/${name}`)
      : [];
  });
  return folders.filter((folder) => existsSync(join(repoRoot, folder, 'package.json'))).sort();
}
