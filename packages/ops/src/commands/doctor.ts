import { withDeadline } from '@millrace/messaging';
import type { Command } from '../command.js';
import { failed, type Finding } from '../doctor/check.js';
import { checkClock, checkInstallation, checkPublicUrl } from '../doctor/installation-checks.js';
import { checkNatsPages } from '../doctor/nats-pages-check.js';
import { checkRedis } from '../doctor/redis-check.js';
import { checkNatsRights } from '../doctor/rights-checks.js';
import { checkSealed } from '../doctor/sealed-checks.js';
import { checkServiceDetails } from '../doctor/service-details-checks.js';
import { checkMasterKeys, checkMongo, checkNats } from '../doctor/server-checks.js';

/** For one check, in milliseconds. What takes connections and says nothing would hold it for ever. */
const CHECK_MS = 30_000;

function inTime(check: string, work: Promise<Finding | Finding[]>): Promise<Finding | Finding[]> {
  const late = `it came to no end within ${CHECK_MS / 1_000} s`;
  return withDeadline(work, CHECK_MS, () =>
    failed(check, late, 'look for a server that takes connections and says nothing, and start it anew'),
  );
}

const doctorCommand: Command = {
  name: 'doctor',
  summary: 'look for what is wrong with the installation, and say what to do about it',
  settings: [
    'MILLRACE_NATS_URL',
    'MILLRACE_NATS_URLS',
    'MILLRACE_NATS_MONITOR_URL',
    'MILLRACE_NATS_REPLICAS',
    'MILLRACE_MONGODB_URL',
    'MILLRACE_MONGODB_DATABASE',
    'MILLRACE_REDIS_URL',
    'MILLRACE_PUBLIC_URL',
    'MILLRACE_MASTER_KEYS_FILE',
    'MILLRACE_HEALTH_URLS',
  ],
  async run({ api, config }) {
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
  },
};

export const DOCTOR_COMMANDS: readonly Command[] = [doctorCommand];
