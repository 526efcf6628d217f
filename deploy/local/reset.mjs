// `npm run reset`: removes all data after asking; `--yes` for scripts.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './src/arguments.mjs';
import { resetCommand } from './src/commands/reset.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { yes = false } = readFlags(process.argv.slice(2), { usage: 'npm run reset [-- --yes]', flags: ['yes'] });
process.exitCode = await resetCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  yes,
});
