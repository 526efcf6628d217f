import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseJson } from '../json-file.mjs';
import { identityOf, isRunning } from './identity.mjs';

/** Of locks that processes have left behind, and of others who take them away at the same moment. */
const MOST_ATTEMPTS = 200;
/** Between two attempts while another process takes such a lock away, milliseconds. */
const PAUSE_MS = 20;

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
      const text = textOf(file);
      if (text === undefined) continue;
      const holder = holderIn(text);
      if (holder !== undefined) return { holder };
      if (!isRemoved(file, text)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
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
 * @returns {string | undefined} undefined where there is none
 */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * @param {string} text
 * @returns {Holder | undefined} undefined when nobody has the lock any more: after a loss of power it may be empty
 */
function holderIn(text) {
  try {
    const holder = /** @type {Holder | undefined} */ (parseJson(text));
    return isRunning(holder?.process) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a lock whose process is gone. Others may do the same, and who is first may have taken it anew by then. So removing it is a lock too, named
 * after this very content: as long as that is there, nobody but who has that lock takes it away.
 *
 * @param {string} file
 * @param {string} text its content
 * @returns {boolean} false while another process does so
 */
function isRemoved(file, text) {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const removal = takeLock(`${file}.${digest}`, 'removal');
  if ('holder' in removal) return false;
  if (textOf(file) === text) rmSync(file, { force: true });
  removal.release();
  return true;
}
