// `npm start`: installs, builds and brings everything up; runs until Ctrl-C. Safe to run again at any time.
// `npm run dev` is the same with `--watch`: a service whose sources change starts anew.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './src/arguments.mjs';
import { startCommand } from './src/commands/start.mjs';

const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { background = false, watch = false } = readFlags(process.argv.slice(2), {
  usage: 'npm start, npm run dev (restarts what changes) or npm run up (in the background)',
  flags: ['background', 'watch'],
});
process.exitCode = await startCommand({
  repoRoot,
  env: process.env,
  background,
  watch,
});
