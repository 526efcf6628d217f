import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';

/**
 * Looks through what an archive has left in a folder before any of it takes its place: a backup has folders and files and nothing else, and a link would
 * lead what is written later to where it points. Takes away the rights that a program could get from its file.
 *
 * @param {string} folder
 * @param {string} archive
 * @throws {Failure} when there is anything else
 */
export function checkTree(folder, archive) {
  /** How many names of each file are in the tree that has several. @type {Map<number, { names: number, links: number, path: string }>} */
  const shared = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode, nlink, ino } = lstatSync(path);
    if (!entry.isFile() && !entry.isDirectory()) throw notOurs(archive, path.slice(folder.length + 1));
    if (!entry.isFile()) continue;
    if (nlink > 1) shared.set(ino, { names: (shared.get(ino)?.names ?? 0) + 1, links: nlink, path });
    if ((mode & 0o7000) !== 0) chmodSync(path, mode & 0o777);
  }
  for (const { names, links, path } of shared.values())
    if (names !== links) throw notOurs(archive, path.slice(folder.length + 1));
}

/**
 * Only the owner of an installation may look into its folders, whoever made the archive.
 *
 * @param {string} folder
 * @param {readonly string[]} names of folders in it
 */
export function keepPrivate(folder, names) {
  for (const name of names) chmodSync(join(folder, name), 0o700);
}

/**
 * @param {string} archive
 * @param {string} path
 */
function notOurs(archive, path) {
  return new Failure(
    `${archive} has something that is neither a file nor a folder: ${JSON.stringify(path)}.`,
    'npm run backup makes none such. Nothing was changed.',
  );
}
