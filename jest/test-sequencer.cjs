const { statSync } = require('node:fs');

/**
 * Those that take longest: the last ones would be waited for by workers that have nothing else to do. The rest by size, as Jest itself
 * does in a fresh clone, so that a run is the same every time.
 */
const LONGEST = [
  'packages/development/test/scaffold.int.test.ts',
  'packages/development/test/kube-score.int.test.ts',
  'apps/email-ingest/test/many-floods.int.test.ts',
  'apps/executor/test/abandon.int.test.ts',
  'apps/email-ingest/test/hostile-server.int.test.ts',
  'apps/email-ingest/test/alike-messages.int.test.ts',
  'apps/email-ingest/test/crash.int.test.ts',
  'packages/expression/test/hostile.test.ts',
];

module.exports = class LongestFirst {
  static LONGEST = LONGEST;

  sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.findIndex((file) => path.endsWith(`/${file}`));
      return place < 0 ? LONGEST.length : place;
    };
    const size = new Map(tests.map(({ path }) => [path, statSync(path).size]));
    return [...tests].sort((a, b) => rank(a) - rank(b) || size.get(b.path) - size.get(a.path));
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
};
