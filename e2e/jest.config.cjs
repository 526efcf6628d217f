const preset = require('../jest.preset.cjs');

/** Takes too long for CI, in every form. */
const LONG_ONLY = ['/faults/full-disk-busy', '/e2e/src/alerts/'];

/** @type {import('jest').Config} */
module.exports = {
  ...preset,
  testPathIgnorePatterns: process.env.MILLRACE_E2E_LONG
    ? preset.testPathIgnorePatterns
    : [...preset.testPathIgnorePatterns, ...LONG_ONLY],
  // Each worker has a platform of its own, since tests kill its processes and use up its limits.
  maxWorkers: Number(process.env.MILLRACE_E2E_PLATFORMS ?? 1),
  globalSetup: './src/support/global-setup.ts',
  globalTeardown: './src/support/global-teardown.ts',
  testSequencer: './test-sequencer.cjs',
  // Bounds of a hang, not expectations: every wait in the tests has a bound of its own with a message.
  testTimeout: 300_000,
};
