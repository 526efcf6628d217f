import { readFileSync } from 'node:fs';

/**
 * What one stage of the tests came to.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/**
 * Adds up a JUnit report: the attributes of its suites, of which each stands for a file of tests.
 *
 * @param {string} file may be missing: no test ran
 * @returns {Counts}
 */
export function readReport(file) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return total;
  }
  for (const [suite] of text.matchAll(/<testsuite\s[^>]*>/g)) {
    const count = (/** @type {string} */ name) => Number(suite.match(new RegExp(`\\s${name}="(\\d+)"`))?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    total.failed += failed;
    total.skipped += count('skipped');
    total.passed += count('tests') - failed - count('skipped');
  }
  return total;
}

/**
 * The result of a stage: a run that failed without a failed test (a crash, a compile error) counts as one failure, and so does
 * a stage that should have run tests and ran none.
 *
 * @param {Counts} counted
 * @param {boolean} succeeded whether the command ended well
 * @returns {Counts}
 */
export function judgeStage({ passed, failed, skipped }, succeeded) {
  const unexplained = failed === 0 && (!succeeded || passed === 0) ? 1 : 0;
  return { passed, skipped, failed: failed + unexplained };
}
