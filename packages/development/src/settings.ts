// `npm run settings`: writes the tables of settings in the README files from the manifests of the built services.
import { REPOSITORY } from './repository.js';
import { writeSettings } from './settings/write-settings.js';

await writeSettings(REPOSITORY);
