import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

/** A log is put aside when it has grown larger, in bytes; with the one put aside before, a program's logs take twice that. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024;

/**
 * The last lines of a log, without reading all of it; empty when there is none.
 *
 * @param {string} file
 * @param {number} count
 * @returns {string}
 */
export function lastLines(file, count) {
  const window = 256 * 1024;
  try {
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const buffer = Buffer.alloc(Math.min(size, window));
      readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}

/**
 * Puts a log that has grown large aside as `<file>.1`, replacing the one before. Only between two runs of its writer.
 *
 * @param {string} file
 * @param {number} [maxBytes]
 */
export function rotateLog(file, maxBytes = MAX_LOG_BYTES) {
  try {
    if (statSync(file).size > maxBytes) renameSync(file, `${file}.1`);
  } catch {
    // There is no log yet.
  }
}
