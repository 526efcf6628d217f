// A Jest reporter that adds one line of JSON to the file named by MILLRACE_TEST_COUNTS, so that `npm test` can add up
// the tests of all packages. Required by jest.preset.cjs, hence CommonJS.
const { appendFileSync } = require('node:fs');

module.exports = class CountReporter {
  /**
   * @param {unknown} _contexts
   * @param {{ numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites: number, numPendingTests: number, numTodoTests: number }} results
   */
  onRunComplete(_contexts, results) {
    const file = process.env.MILLRACE_TEST_COUNTS;
    if (!file) return;
    const counts = {
      folder: process.cwd(),
      passed: results.numPassedTests,
      // A file that could not even be loaded has no failed tests, but it has certainly failed.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    appendFileSync(file, `${JSON.stringify(counts)}\n`);
  }
};
