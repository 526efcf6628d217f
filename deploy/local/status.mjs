// `npm run status`: what runs, where, how large and how well; `--json` for programs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { statusCommand } from './src/commands/status.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await statusCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  json: process.argv.includes('--json'),
});
