// `npm run dashboard`: writes Grafana's dashboards from the lists of their panels.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlags } from '@millrace/local/arguments';
import { formatted } from './formatted.js';
import { DASHBOARDS, importable } from './observability/dashboards.js';
import { REPOSITORY } from './repository.js';

readFlags(process.argv.slice(2), { usage: 'npm run dashboard' });
for (const dashboard of DASHBOARDS) {
  const file = join(REPOSITORY, 'deploy', 'observability', dashboard.file);
  writeFileSync(file, await formatted(REPOSITORY, file, JSON.stringify(importable(dashboard))));
}
