const preset = require('../../jest.preset.cjs');

module.exports = {
  ...preset,
  testPathIgnorePatterns: [
    ...preset.testPathIgnorePatterns,
    // Waits for what takes a minute with the settings as they are by default.
    ...(process.env.MILLRACE_LONG ? [] : ['/apps/email-ingest/test/dead-line']),
  ],
};
