// `npm run up`: as `npm start`, in the background; returns when all is ready.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './src/arguments.mjs';
import { upCommand } from './src/commands/up.mjs';

const here = dirname(fileURLToPath(import.meta.url));
readFlags(process.argv.slice(2), { usage: 'npm run up' });
process.exitCode = await upCommand({
  repoRoot: join(here, '..', '..'),
  env: process.env,
  startScript: join(here, 'start.mjs'),
});
