import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { MAX_LOG_BYTES } from './log-file.mjs';

const EVERY_MS = 2_000;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Keeps the logs of a folder within their limit while they are written. The writer has the file open and appends to it, so its
 * end is copied to `<file>.1` and the file emptied in place; what is written between the two is lost.
 *
 * @param {string} folder
 * @param {{ log: (line: string) => void, maxBytes?: number, everyMs?: number }} options
 * @returns {{ check: () => void, stop: () => void }} `check` is one round, as the timer does it
 */
export function rotateLogs(folder, { log, maxBytes = MAX_LOG_BYTES, everyMs = EVERY_MS }) {
  const check = () => {
    for (const name of logsIn(folder)) {
      const file = join(folder, name);
      try {
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) putAside(file, maxBytes, log);
      } catch (error) {
        log(`${file} could not be emptied: ${String(error)}`);
      }
    }
  };
  const timer = setInterval(check, everyMs);
  timer.unref();
  return { check, stop: () => clearInterval(timer) };
}

/** @param {string} folder */
function logsIn(folder) {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.log'));
  } catch {
    return [];
  }
}

/**
 * @param {string} file
 * @param {number} maxBytes
 * @param {(line: string) => void} log
 */
function putAside(file, maxBytes, log) {
  try {
    if (statSync(file).size <= 2 * maxBytes) copyFileSync(file, `${file}.1`);
    else copyEnd(file, `${file}.1`, maxBytes);
  } catch (error) {
    // On a full disk the old lines go: the limit counts more, and the room is needed.
    log(`${file} could not be put aside: ${error instanceof Error ? error.message : String(error)}`);
  }
  truncateSync(file);
}

/**
 * @param {string} from
 * @param {string} to
 * @param {number} bytes
 */
function copyEnd(from, to, bytes) {
  const source = openSync(from, 'r');
  const target = openSync(to, 'w', 0o600);
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    const { size } = fstatSync(source);
    for (let position = size - bytes; position < size;) {
      const count = readSync(source, buffer, 0, Math.min(buffer.length, size - position), position);
      if (count === 0) return;
      writeSync(target, buffer, 0, count);
      position += count;
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
