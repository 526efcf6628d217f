import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, renameSync, statSync } from 'node:fs';

/** A log is put aside when it has grown larger, in bytes; with the one put aside before, a program's logs take twice that. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** How much of a log is read at once, from its end. In bytes. */
const WINDOW = 256 * 1024;

/**
 * The last lines of a log, without reading more of it than they take; empty when there is none.
 *
 * @param {string} file
 * @param {number} count
 * @param {number} [from] where they begin at the earliest, in bytes: what is before was written by a run before
 * @returns {string}
 */
export function lastLines(file, count, from = 0) {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const end = fstatSync(descriptor).size;
      // A log that has become shorter was put aside meanwhile.
      const size = end < from ? end : end - from;
      for (let window = WINDOW; ; window *= 4) {
        const buffer = Buffer.alloc(Math.min(size, window));
        readSync(descriptor, buffer, 0, buffer.length, end - buffer.length);
        const lines = buffer.toString('utf8').trimEnd().split('\n');
        // Of the first line only the end may have been read.
        if (lines.length > count || buffer.length === size) return count > 0 ? lines.slice(-count).join('\n') : '';
      }
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}

/**
 * The lines of a log that have a text in them, those put aside first.
 *
 * @param {string} file
 * @param {string} text
 * @returns {string[]}
 */
export function linesWith(file, text) {
  return [`${file}.1`, file]
    .filter((each) => existsSync(each))
    .flatMap((each) => readFileSync(each, 'utf8').split('\n'))
    .filter((line) => line.includes(text));
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
