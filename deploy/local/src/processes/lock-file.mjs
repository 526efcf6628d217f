import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readJson } from '../json-file.mjs';
import { identityOf, isRunning } from './identity.mjs';

/** Of locks that processes have left behind, and of others who take them away at the same moment. */
const MOST_ATTEMPTS = 20;

/**
 * Who has a lock, and what for.
 *
 * @typedef {object} Holder
 * @property {import('./identity.mjs').ProcessIdentity} process
 * @property {string} purpose
 */

/**
 * Takes a lock for this process, until it is released or the process is gone, however it ends. Of several that take it at the same
 * moment one gets it.
 *
 * @param {string} file says who has it, while somebody does
 * @param {string} purpose
 * @returns {{ holder: Holder } | { release: () => void }} `holder`: another process has it
 */
export function takeLock(file, purpose) {
  mkdirSync(dirname(file), { recursive: true });
  const ours = `${file}.${process.pid}.tmp`;
  writeFileSync(ours, JSON.stringify({ process: identityOf(process.pid), purpose }), { mode: 0o600 });
  try {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      if (isLinked(ours, file)) return { release: () => rmSync(file, { force: true }) };
      const holder = holderOf(file) ?? removeLeft(file);
      if (holder !== undefined) return { holder };
    }
  } finally {
    rmSync(ours, { force: true });
  }
  throw new Error(`${file} is taken and left again and again`);
}

/**
 * Whether a file got a further name: never in the place of another file, and with its content from the first moment on.
 *
 * @param {string} from
 * @param {string} to
 */
function isLinked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Holder | undefined} undefined when nobody has it: also when who had it is gone
 */
function holderOf(file) {
  const holder = /** @type {Holder | undefined} */ (readJson(file));
  return isRunning(holder?.process) ? holder : undefined;
}

/**
 * Removes a lock whose process is gone. Others do the same, and one of them may have taken it since it was looked at: that one keeps it.
 *
 * @param {string} file
 * @returns {Holder | undefined} who has taken it meanwhile
 */
function removeLeft(file) {
  const aside = `${file}.${process.pid}.left`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
  const holder = holderOf(aside);
  if (holder !== undefined) isLinked(aside, file);
  rmSync(aside, { force: true });
  return holder;
}
