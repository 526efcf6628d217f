// `npm run dashboard`: writes Grafana's dashboard from the list of its panels.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatted } from './formatted.js';
import { dashboard } from './observability/dashboard.js';
import { REPOSITORY } from './repository.js';

const FILE = join(REPOSITORY, 'deploy', 'observability', 'dashboard.json');

writeFileSync(FILE, await formatted(REPOSITORY, FILE, JSON.stringify(dashboard())));
