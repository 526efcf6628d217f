// `npm run down`: stops what runs in this home.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './src/arguments.mjs';
import { downCommand } from './src/commands/down.mjs';

const here = dirname(fileURLToPath(import.meta.url));
readFlags(process.argv.slice(2), { usage: 'npm run down' });
process.exitCode = await downCommand({ repoRoot: join(here, '..', '..'), env: process.env });
