// `npm run settings`: writes the tables of settings in the README files from the manifests of the services, which are built before.
import { exitCodeOf } from '@millrace/local/failure';
import { REPOSITORY } from './repository.js';
import { writeSettings } from './settings/write-settings.js';

process.exitCode = await exitCodeOf(writeSettings(REPOSITORY));
