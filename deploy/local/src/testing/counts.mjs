import { readFileSync } from 'node:fs';

/**
 * What one stage of the tests came to.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** @typedef {Counts & { name: string }} FileCounts */

/**
 * Reads the attributes of a JUnit report's suites, of which each stands for a file of tests.
 *
 * @param {string} file may be missing: no test ran
 * @returns {FileCounts[]}
 */
export function readReport(file) {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return [...text.matchAll(/<testsuite\s[^>]*>/g)].map(([suite]) => {
    const attribute = (/** @type {string} */ name) => suite.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1];
    const count = (/** @type {string} */ name) => Number(attribute(name) ?? 0);
    const failed = count('failures') + count('errors');
    const passed = count('tests') - failed - count('skipped');
    return { name: attribute('name') ?? '', passed, failed, skipped: count('skipped') };
  });
}

/**
 * @param {Counts[]} files
 * @returns {Counts}
 */
export function addUp(files) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of files) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/**
 * The result of a stage whose failed files ran again: the second run counts for a file that is in it, the first for all others.
 *
 * @param {FileCounts[]} first
 * @param {FileCounts[]} second
 * @returns {{ counts: Counts, flaky: string[] }} `flaky`: the files that failed only the first time
 */
export function withSecondRun(first, second) {
  // A second run without a test shows nothing.
  const again = new Map(second.filter(({ passed, failed }) => passed + failed > 0).map((file) => [file.name, file]));
  const files = first.map((file) => (file.failed > 0 ? (again.get(file.name) ?? file) : file));
  const flaky = first.filter((file) => file.failed > 0 && again.get(file.name)?.failed === 0).map((file) => file.name);
  return { counts: addUp(files), flaky };
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
