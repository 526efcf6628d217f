// `npm run services`: the manifest of the built services as JSON, for whatever starts, packs or deploys them.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeServices } from './src/platform/service-descriptions.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { services } = await describeServices(join(here, '..', '..'));
process.stdout.write(`${JSON.stringify(services, undefined, 2)}\n`);
