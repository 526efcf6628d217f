import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The part of the free space that a store may take; the rest is for the database, logs and others on the disk. */
const SHARE_OF_FREE_SPACE = 0.75;

/**
 * How large NATS's store may become, in bytes: below what the disk holds, so that a full store is a refused message
 * and not a failed write, which NATS does not get over before it is restarted. (Its own default counts only the free space,
 * so after a restart a store may be above its limit already.)
 *
 * @param {string} dir the store, which must exist
 * @returns {number} at least 1, since 0 would mean the default
 */
export function fileStoreLimit(dir) {
  return Math.max(1, usedBytes(dir) + Math.floor(freeBytes(dir) * SHARE_OF_FREE_SPACE));
}

/**
 * Bytes that this user can still write on the disk of a folder.
 *
 * @param {string} dir
 */
export function freeBytes(dir) {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

/**
 * Bytes of all files below a folder.
 *
 * @param {string} dir
 * @returns {number}
 */
function usedBytes(dir) {
  return readdirSync(dir, { withFileTypes: true }).reduce((total, entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return total + usedBytes(path);
    return total + (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
