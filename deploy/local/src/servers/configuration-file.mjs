import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../json-file.mjs';

/**
 * Writes the configuration of a server into its data folder, where it sees it. Only its user may read it: it holds passwords.
 * On a full disk the one of the last start stays.
 *
 * @param {string} dir created if missing
 * @param {string} name
 * @param {string} text
 */
export function writeConfiguration(dir, name, text) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, name);
  try {
    writeWhole(file, text);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOSPC' || !existsSync(file)) throw error;
    return;
  }
  // Under root the server may run as another user, to whom the folder was given.
  const { uid, gid } = statSync(dir);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
}
