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

type Findings = Finding | Finding[];

/** What a check finds. One that is late or breaks is a finding itself, so that the others are shown. */
async function lookedInto(check: string, look: () => Findings | Promise<Findings>): Promise<Findings> {
  const late = `it came to no end within ${CHECK_MS / 1_000} s`;
  const work = Promise.resolve().then(look);
  try {
    return await withDeadline(work, CHECK_MS, () =>
      failed(check, late, 'look for a server that takes connections and says nothing, and start it anew'),
    );
  } catch (error) {
    // Not its message: clients of servers repeat in it what they were given, passwords too.
    const kind =
      (error as NodeJS.ErrnoException | undefined)?.code ?? (error instanceof Error ? error.name : 'an error');
    return failed(check, `the check broke with ${kind}`, 'look at the settings that it reads: docs/operate.md');
  }
}

/** Looks for what is wrong with the installation. */
export async function diagnose({ api, config }: Invocation): Promise<Outcome> {
  const found = await Promise.all([
    lookedInto('installation', () => checkInstallation(api, config)),
    lookedInto('clock', () => checkClock(config)),
    lookedInto('public url', () => checkPublicUrl(config)),
    lookedInto('nats', () => checkNats(config)),
    lookedInto('nats servers', () => checkNatsPages(config)),
    lookedInto('mongodb', () => checkMongo(config)),
    lookedInto('redis', () => checkRedis(config)),
    lookedInto('nats rights', () => checkNatsRights(config)),
    lookedInto('services', () => checkServiceDetails(config)),
    lookedInto('sealed secrets', () => checkSealed(config)),
    lookedInto('master keys', () => checkMasterKeys(config)),
  ]);
  const findings = found.flat();
  const lines = findings.flatMap(({ check, status, found: what, cure }) => [
    `${status.padEnd(7)}  ${check}: ${what}`,
    ...(cure === null ? [] : [`${' '.repeat(9)}→ ${cure}`]),
  ]);
  return { json: { findings }, lines, ok: findings.every(({ status }) => status !== 'failed') };
}
