import { withDeadline } from '@millrace/messaging';
import type { Invocation, Outcome } from '../command.js';
import { failed, type Finding } from './check.js';
import { checkClock, checkInstallation, checkPublicUrl } from './installation-checks.js';
import { checkNatsPages } from './nats-pages-check.js';
import { checkRedis } from './redis-check.js';
import { checkNatsRights } from './rights-checks.js';
import { checkSealed } from './sealed-checks.js';
import { checkServiceDetails } from './service-details-checks.js';
import { checkMasterKeys, checkMongo, checkNats } from './server-checks.js';

/** For one check, in milliseconds. What takes connections and says nothing would hold it for ever. */
const CHECK_MS = 30_000;

function inTime(check: string, work: Promise<Finding | Finding[]>): Promise<Finding | Finding[]> {
  const late = `it came to no end within ${CHECK_MS / 1_000} s`;
  return withDeadline(work, CHECK_MS, () =>
    failed(check, late, 'look for a server that takes connections and says nothing, and start it anew'),
  );
}

/** Looks for what is wrong with the installation. */
export async function diagnose({ api, config }: Invocation): Promise<Outcome> {
  const found = await Promise.all([
    inTime('installation', checkInstallation(api, config)),
    inTime('clock', checkClock(config)),
    inTime('public url', checkPublicUrl(config)),
    inTime('nats', checkNats(config)),
    inTime('nats servers', checkNatsPages(config)),
    inTime('mongodb', checkMongo(config)),
    inTime('redis', checkRedis(config)),
    inTime('nats rights', checkNatsRights(config)),
    inTime('services', checkServiceDetails(config)),
    inTime('sealed secrets', checkSealed(config)),
  ]);
  const findings = [...found.flat(), checkMasterKeys(config)];
  const lines = findings.flatMap(({ check, status, found: what, cure }) => [
    `${status.padEnd(7)}  ${check}: ${what}`,
    ...(cure === null ? [] : [`${' '.repeat(9)}→ ${cure}`]),
  ]);
  return { json: { findings }, lines, ok: findings.every(({ status }) => status !== 'failed') };
}
