// `npm run down`: stops what runs in this home.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downCommand } from './src/commands/down.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await downCommand({ repoRoot: join(here, '..', '..'), env: process.env });
