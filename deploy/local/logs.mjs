// `npm run logs -- NAME [-f] [-n 100]`: the log of a service or server; `npm run logs -- exec_…`: what all services logged about an execution.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logsCommand } from './src/commands/logs.mjs';
import { endWithReader } from './src/reader-gone.mjs';

const here = dirname(fileURLToPath(import.meta.url));
endWithReader();
process.exitCode = await logsCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  argv: process.argv.slice(2),
});
