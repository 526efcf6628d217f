// `npm run kubernetes:secrets`: makes the secrets of the evaluation overlay, once; with `--production FILE` those of an installation whose servers
// are elsewhere, by default where docs/deploy.md installs them.
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CHARTS, newSecrets } from './kubernetes/secrets.js';
import { REPOSITORY } from './repository.js';
import { describedServices } from './services.js';

const { values } = parseArgs({
  options: {
    production: { type: 'string' },
    nats: { type: 'string', default: CHARTS.nats },
    redis: { type: 'string', default: CHARTS.redis },
    mongodb: { type: 'string', default: CHARTS.mongodb },
    'mongodb-options': { type: 'string', default: CHARTS.mongodbOptions },
  },
});
const { production, 'mongodb-options': mongodbOptions, ...addresses } = values;
const file =
  production === undefined
    ? join(REPOSITORY, 'k8s', 'overlays', 'evaluation', 'secrets.yaml')
    : resolve(REPOSITORY, production);
if (existsSync(file)) {
  process.stderr.write(
    `${file} exists, and what is sealed with its keys can be opened with nothing else. Delete it only together with the installation.\n`,
  );
  process.exitCode = 1;
} else {
  const services = await describedServices(REPOSITORY);
  const { text, operatorToken } =
    production === undefined ? newSecrets(services) : newSecrets(services, { ...CHARTS, ...addresses, mongodbOptions });
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  process.stdout.write(`Wrote ${file}. The operator's token is ${operatorToken}\n`);
}
