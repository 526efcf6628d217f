// `npm start`: installs, builds and brings everything up; runs until Ctrl-C. Safe to run again at any time.
// `npm run dev` is the same with `--watch`: a service whose sources change starts anew.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCommand } from './src/commands/start.mjs';

const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
process.exitCode = await startCommand({
  repoRoot,
  env: process.env,
  background: process.argv.includes('--background'),
  watch: process.argv.includes('--watch'),
});
