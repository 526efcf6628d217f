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

/** A store with less than this share of its limit left is short of room: more than the reserve, below which services refuse starts. */
const SHORT = 0.25;
/** How many times its limit a store could have, for which it is worth a restart. */
const WORTHWHILE = 1.25;

/**
 * Why a store should be started anew: it is short of room that its disk has, which was enlarged, or left by others, after the limit
 * was set. What the store itself takes changes nothing of what it could have.
 *
 * @param {{ used: number, limit: number }} store in bytes
 * @param {() => number} available what it has and what is free, in bytes: only asked for when it is short
 * @returns {string | undefined}
 */
export function outgrownLimit({ used, limit }, available) {
  if (limit - used >= limit * SHORT) return undefined;
  if (available() * SHARE_OF_FREE_SPACE < limit * WORTHWHILE) return undefined;
  return `its store has room for ${mebibytes(limit)}, as when it started, of which ${mebibytes(used)} are taken, and its disk has room for more`;
}

/** The part of a disk that PostgreSQL's log of writes may take, and within which bounds: PostgreSQL's own upper one, and what it needs to work in peace. */
const SHARE_OF_LOG = 1 / 16;
const LEAST_LOG = 64 * 1024 ** 2;
const MOST_LOG = 1024 ** 3;

/**
 * How large PostgreSQL's log of writes may become before it is written into the tables, in bytes. Its default, 1 GiB, is more than a small disk has:
 * under load the log would fill it, and leave the records what it has not taken.
 *
 * @param {number} available to the database, in bytes
 */
export function writeLogLimit(available) {
  return Math.min(MOST_LOG, Math.max(LEAST_LOG, Math.floor(available * SHARE_OF_LOG)));
}

/**
 * What a store has, and what is free for it, in bytes.
 *
 * @param {string} dir
 */
export function availableTo(dir) {
  return usedBytes(dir) + freeBytes(dir);
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return `${Math.floor(bytes / 1024 ** 2)} MiB`;
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
 * Bytes of all files below a folder. The server whose folder it is may be removing some of them.
 *
 * @param {string} dir
 * @returns {number}
 */
function usedBytes(dir) {
  return entriesOf(dir).reduce((total, entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return total + usedBytes(path);
    return total + (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

/** @param {string} dir */
function entriesOf(dir) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    return [];
  }
}
