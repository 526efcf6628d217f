import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * `JSON.parse`, of whose result nothing is known.
 *
 * @param {string} text
 * @returns {unknown}
 * @throws {SyntaxError}
 */
export function parseJson(text) {
  return JSON.parse(text);
}

/**
 * Reads a JSON file; `undefined` when it is missing or was cut short by a power loss.
 *
 * @param {string} file
 * @returns {unknown}
 */
export function readJson(file) {
  try {
    return parseJson(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Writes a JSON file so that a reader sees the old or the new content, never half of it.
 *
 * @param {string} file
 * @param {unknown} value
 * @param {number} [mode] 600 by default: these files name tokens and addresses
 */
export function writeJson(file, value, mode = 0o600) {
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(file, JSON.stringify(value, null, 2) + '\n', mode);
}

/**
 * Writes a file so that there is the old or the new content, never half of it, also on a full disk.
 *
 * @param {string} file in a folder that exists
 * @param {string} text
 * @param {number} [mode] 600 by default
 */
export function writeWhole(file, text, mode = 0o600) {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a file that nothing can make again, such as a key: when this returns, it is on the disk, also if the power fails.
 *
 * @param {string} file in a folder that exists
 * @param {string} text
 * @param {{ replace?: boolean }} [options] `replace`: also where there is one; otherwise that one stays
 */
export function writeDurably(file, text, { replace = false } = {}) {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flush: true });
    if (replace) renameSync(temporary, file);
    else linkSync(temporary, file);
    syncPath(dirname(file));
  } catch (error) {
    if (replace || /** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Has the system write a file, or the names of the files in a folder, to the disk.
 *
 * @param {string} path
 */
export function syncPath(path) {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Gives a file a name that is free. Throws an error of the system where it is not: a rename would replace what has it.
 *
 * @param {string} file
 * @param {string} name in the same folder
 */
export function moveToNewName(file, name) {
  try {
    linkSync(file, name);
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    // A disk without hard links, such as most that are carried about.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    copyFileSync(file, name, constants.COPYFILE_EXCL);
  }
  rmSync(file);
}
