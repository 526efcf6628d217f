// `npm test [-- --quick] [-- --only static|unit|int|e2e]`: all checks and tests; the last line is `N passed, N failed`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testCommand } from './src/commands/test.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await testCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  argv: process.argv.slice(2),
});
