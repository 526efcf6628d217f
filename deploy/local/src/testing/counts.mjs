import { readFileSync } from 'node:fs';

/**
 * What one stage of the tests came to.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/**
 * Adds up what the reporter wrote for each package.
 *
 * @param {string} file may be missing: no test ran
 * @returns {Counts & { runs: number }}
 */
export function readCounts(file) {
  const total = { passed: 0, failed: 0, skipped: 0, runs: 0 };
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return total;
  }
  for (const line of text.split('\n').filter(Boolean)) {
    const { passed, failed, skipped } = JSON.parse(line);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    total.runs += 1;
  }
  return total;
}

/**
 * The result of a stage: a run that failed without a failed test (a crash, a compile error) counts as one failure, and so does
 * a stage that should have run tests and ran none.
 *
 * @param {Counts & { runs: number }} counted
 * @param {boolean} succeeded whether the command ended well
 * @returns {Counts}
 */
export function judgeStage(counted, succeeded) {
  const { passed, failed, skipped, runs } = counted;
  const unexplained = failed === 0 && (!succeeded || runs === 0) ? 1 : 0;
  return { passed, skipped, failed: failed + unexplained };
}
