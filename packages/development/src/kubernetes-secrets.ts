// `npm run kubernetes:secrets`: makes the secrets of the evaluation overlay, once.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecrets } from './kubernetes/secrets.js';
import { REPOSITORY } from './repository.js';
import { describedServices } from './services.js';

const file = join(REPOSITORY, 'k8s', 'overlays', 'evaluation', 'secrets.yaml');
if (existsSync(file)) {
  process.stderr.write(
    `${file} exists, and what is sealed with its keys can be opened with nothing else. Delete it only together with the installation.\n`,
  );
  process.exitCode = 1;
} else {
  const { text, operatorToken } = newSecrets(await describedServices(REPOSITORY));
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  process.stdout.write(`Wrote ${file}. The operator's token is ${operatorToken}\n`);
}
