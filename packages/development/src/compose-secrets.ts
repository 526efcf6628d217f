// `npm run compose:secrets`: makes the secrets of an installation by Docker Compose, once.
import { join } from 'node:path';
import { readFlags } from '@millrace/local/arguments';
import { SecretsExistError, writeComposeSecrets } from './compose/write-secrets.js';
import { REPOSITORY } from './repository.js';

readFlags(process.argv.slice(2), { usage: 'npm run compose:secrets' });
try {
  process.stdout.write(writeComposeSecrets(join(REPOSITORY, 'deploy')));
} catch (error) {
  if (!(error instanceof SecretsExistError)) throw error;
  process.stderr.write(error.message);
  process.exitCode = 1;
}
