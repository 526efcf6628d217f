// `npm run settings`: writes the tables of settings in the README files from the manifests of the built services.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsCommand } from './src/commands/settings.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await settingsCommand({ repoRoot: join(here, '..', '..') });
