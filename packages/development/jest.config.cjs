const preset = require('../../jest.preset.cjs');

module.exports = {
  ...preset,
  // A control plane of Kubernetes, which has a command of its own.
  testPathIgnorePatterns: [
    ...preset.testPathIgnorePatterns,
    ...(process.env.MILLRACE_CLUSTER ? [] : ['/packages/development/test/cluster/']),
    // Another release, which is built for it.
    ...(process.env.MILLRACE_LONG ? [] : ['/packages/development/test/upgrade/']),
    // A whole installation, which is backed up, wiped and restored.
    ...(process.env.MILLRACE_LONG ? [] : ['/packages/development/test/cluster-backup/']),
    // A whole installation, of whose servers of NATS each is killed.
    ...(process.env.MILLRACE_LONG ? [] : ['/packages/development/test/nats-cluster/']),
    // Runs tests that start servers, twice for each guard that it takes away.
    ...(process.env.MILLRACE_LONG ? [] : ['/packages/development/test/mutations/mutations\\.test\\.ts$']),
  ],
};
