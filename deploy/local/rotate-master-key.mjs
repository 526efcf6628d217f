// `npm run rotate-master-key`: makes a new master key for secrets; may be done while everything runs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './src/arguments.mjs';
import { rotateMasterKeyCommand } from './src/commands/rotate-master-key.mjs';

const here = dirname(fileURLToPath(import.meta.url));
readFlags(process.argv.slice(2), { usage: 'npm run rotate-master-key' });
process.exitCode = rotateMasterKeyCommand({ repoRoot: join(here, '..', '..'), env: process.env });
