import { lastLines } from './log-file.mjs';

/** Lines of a log in which the last words of a program are looked for: V8 prints about 30 when its heap is full. */
const LAST_WORDS = 60;

/** Node's exit code for that. */
const UNSETTLED = 13;

/**
 * Why a process ended, in a few words for the log and `npm run status`.
 *
 * @param {import('./child.mjs').Exit} exit
 * @param {{ logFile: string, heapMb?: number }} options `heapMb`: the heap limit it ran under
 * @returns {string}
 */
export function exitReason({ code, signal }, { logFile, heapMb }) {
  // A full heap ends in an abort, which may be anything; V8's own words are at the end of the log then.
  if ((signal === 'SIGABRT' || code === 134) && /heap out of memory/i.test(lastLines(logFile, LAST_WORDS)))
    return `its heap was full${heapMb === undefined ? '' : `: limit ${heapMb} MB`}`;
  if (signal === 'SIGKILL') return 'killed by SIGKILL, by a user or by the system for lack of memory';
  if (code === UNSETTLED)
    return `exit code ${code}: a module waits, by a top-level await, for what nothing brings about`;
  return signal ? `ended by ${signal}` : `exit code ${code}`;
}
