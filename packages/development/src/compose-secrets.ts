// `npm run compose:secrets`: makes the secrets of an installation by Docker Compose, once.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlags } from '@millrace/local/arguments';
import { composeSecrets } from './compose/secrets.js';
import { REPOSITORY } from './repository.js';

readFlags(process.argv.slice(2), { usage: 'npm run compose:secrets' });
const folder = join(REPOSITORY, 'deploy', 'compose');
const first = join(folder, '.env');
if (existsSync(first)) {
  process.stderr.write(
    `${first} exists, and what is sealed with the keys beside it can be opened with nothing else. Delete it only together with the installation.\n`,
  );
  process.exitCode = 1;
} else {
  const { files, operatorToken } = composeSecrets();
  mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 });
  for (const [path, text] of files) {
    // The services read the keys as a user of their own; nobody else gets into the folder.
    writeFileSync(join(folder, path), text, { mode: path.startsWith('secrets/') ? 0o644 : 0o600, flag: 'wx' });
  }
  process.stdout.write(`Wrote ${first} and ${folder}/secrets. The operator's token is ${operatorToken}\n`);
}
