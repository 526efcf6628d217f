// `npm run reset`: removes all data after asking; `--yes` for scripts.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resetCommand } from './src/commands/reset.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await resetCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  yes: process.argv.includes('--yes'),
});
