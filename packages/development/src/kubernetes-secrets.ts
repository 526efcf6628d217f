// `npm run kubernetes:secrets`: makes the secrets of the evaluation overlay, once; with `--production FILE` those of an installation whose servers
// are elsewhere, by default where docs/deploy.md installs them.
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readArguments } from '@millrace/local/arguments';
import { CHARTS, newSecrets } from './kubernetes/secrets.js';
import { REPOSITORY } from './repository.js';
import { describedServices } from './services.js';

const USAGE = `npm run kubernetes:secrets                          of overlays/evaluation
       npm run kubernetes:secrets -- --production FILE    of an installation whose servers are elsewhere, into FILE
         --nats HOST:PORT               ${CHARTS.nats}
         --redis HOST:PORT              ${CHARTS.redis}
         --mongodb HOST:PORT,HOST:PORT  ${CHARTS.mongodb.replaceAll(',', `,\n${' '.repeat(40)}`)}
         --mongodb-options OPTIONS      ${CHARTS.mongodbOptions}`;
const { texts } = readArguments(process.argv.slice(2), {
  usage: USAGE,
  texts: ['production', 'nats', 'redis', 'mongodb', 'mongodb-options'],
});
const { production, 'mongodb-options': mongodbOptions = CHARTS.mongodbOptions, ...addresses } = texts;
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
