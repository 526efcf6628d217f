// `npm run logs -- NAME [-f] [-n 100]`: the log of a service or server.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logsCommand } from './src/commands/logs.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await logsCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  argv: process.argv.slice(2),
});
