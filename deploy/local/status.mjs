// `npm run status`: what runs, where, how large and how well; `--json` for programs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './src/arguments.mjs';
import { statusCommand } from './src/commands/status.mjs';
import { endWithReader } from './src/reader-gone.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { json = false } = readFlags(process.argv.slice(2), { usage: 'npm run status [-- --json]', flags: ['json'] });
endWithReader();
process.exitCode = await statusCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  json,
});
