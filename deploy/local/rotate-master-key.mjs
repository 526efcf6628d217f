// `npm run rotate-master-key`: makes a new master key for secrets; may be done while everything runs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rotateMasterKeyCommand } from './src/commands/rotate-master-key.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = rotateMasterKeyCommand({ repoRoot: join(here, '..', '..'), env: process.env });
