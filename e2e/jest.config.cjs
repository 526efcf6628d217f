/** @type {import('jest').Config} */
module.exports = {
  ...require('../jest.preset.cjs'),
  // One platform for the whole run; the tests share it, so they run one after another.
  maxWorkers: 1,
  globalSetup: './src/support/global-setup.ts',
  globalTeardown: './src/support/global-teardown.ts',
  testSequencer: './test-sequencer.cjs',
  // Bounds of a hang, not expectations: every wait in the tests has a bound of its own with a message.
  testTimeout: 300_000,
};
