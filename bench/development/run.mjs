// How soon a changed service serves again under a running `npm run dev`: `npm run bench -- development`.
// A comment is added to one source of each service in turn, and taken away again.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isReady } from '@millrace/local/readiness';
import { table } from '@millrace/local/table';
import { readEndpoints } from '../lib/platform.mjs';
import { verdict } from '../lib/verdict.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const INTERVAL_MS = 20;
const MOST_MS = 60_000;
/** The second restart, of the source as it was, is over by then. */
const SETTLING_MS = 4_000;
const BUDGET_SECONDS = 2;
/** Services that took longer. @type {string[]} */
const late = [];

const rows = [];
for (const [name, { health_url }] of Object.entries(readEndpoints(root).services)) {
  const source = join(root, 'apps', name, 'src', 'config.ts');
  const before = readFileSync(source, 'utf8');
  const began = performance.now();
  try {
    writeFileSync(source, `${before}\n// Changed.\n`);
    // It goes away, and comes back.
    for (const wanted of [false, true]) {
      while ((await isReady(health_url)) !== wanted) {
        if (performance.now() - began > MOST_MS)
          throw new Error(`${name} has not started anew: is npm run dev running?`);
        await sleep(INTERVAL_MS);
      }
    }
    const seconds = (performance.now() - began) / 1_000;
    rows.push([name, seconds.toFixed(2)]);
    if (seconds > BUDGET_SECONDS) late.push(name);
  } finally {
    writeFileSync(source, before);
  }
  await sleep(SETTLING_MS);
}
process.stdout.write(`${table(['service', 'seconds until it is ready again'], rows)}\n`);
verdict(late.length === 0, `${BUDGET_SECONDS} s${late.map((name) => `; not ${name}`).join('')}`);
