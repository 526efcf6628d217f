import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repositoryRoot } from '../src/platform.mjs';
import { printTable } from '../src/print.mjs';

const require = createRequire(import.meta.url);

/** The SPDX list: names and OSI approval by identifier. */
const spdx = require('spdx-license-list');

/**
 * Audits the packages that are installed for this very repository and shows the findings and the tickets.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, collector: import('../src/collector.mjs').Collector }} run
 */
export async function feed({ api, workflow, collector }) {
  const execution = await api.run(workflow.id, { packages: installedPackages(), spdx });
  console.log(`Execution ${execution.status}, ${execution.steps_total} step runs\n`);
  if (execution.status !== 'completed') {
    console.log(execution.error);
    process.exitCode = 1;
    return;
  }
  const { verdict, packages, licences } = execution.output;
  /** @type {{ licence: string, packages: number, spdx: boolean, osi: boolean, allowed: boolean }[]} */
  const findings = licences;
  const mark = (/** @type {boolean} */ yes) => (yes ? 'yes' : 'no');
  printTable(
    ['licence', 'packages', 'SPDX', 'OSI', 'allowed'],
    findings
      .sort((a, b) => b.packages - a.packages || (a.licence < b.licence ? -1 : 1))
      .map((finding) => [
        finding.licence,
        finding.packages,
        mark(finding.spdx),
        mark(finding.osi),
        mark(finding.allowed),
      ]),
  );
  console.log(`\n${packages} packages: ${verdict}`);
  for (const ticket of collector.taken.get('/tickets') ?? []) {
    console.log(`Ticket: ${ticket.title} (${ticket.packages.join(', ')})`);
  }
}

/** The manifests in pnpm's store folder: every package that is installed for this repository, once. */
function installedPackages() {
  const store = join(repositoryRoot, 'node_modules', '.pnpm');
  const packages = new Map();
  for (const entry of readdirSync(store)) {
    for (const folder of packageFolders(join(store, entry, 'node_modules'))) {
      const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      packages.set(`${name}@${version}`, { name, version, license, licenses });
    }
  }
  return [...packages.values()];
}

/**
 * The real folders in a `node_modules` (links lead to packages that have an entry of their own).
 *
 * @param {string} modules
 * @returns {string[]}
 */
function packageFolders(modules) {
  const inside = (/** @type {string} */ folder) => {
    try {
      return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    } catch {
      return [];
    }
  };
  return inside(modules).flatMap((entry) => {
    const folder = join(modules, entry.name);
    if (entry.name.startsWith('.')) return [];
    return entry.name.startsWith('@') ? inside(folder).map((scoped) => join(folder, scoped.name)) : [folder];
  });
}
