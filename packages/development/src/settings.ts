// `npm run settings`: writes the tables of settings in the README files from the manifests of the services, which are built before.
import { readFlags } from '@millrace/local/arguments';
import { exitCodeOf } from '@millrace/local/failure';
import { REPOSITORY } from './repository.js';
import { writeSettings } from './settings/write-settings.js';

readFlags(process.argv.slice(2), { usage: 'npm run settings' });
process.exitCode = await exitCodeOf(writeSettings(REPOSITORY));
