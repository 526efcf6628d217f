import type { Command } from '../command.js';
import { checkClock, checkInstallation, checkPublicUrl } from '../doctor/installation-checks.js';
import { checkNatsRights } from '../doctor/rights-checks.js';
import { checkSealed } from '../doctor/sealed-checks.js';
import { checkServiceDetails } from '../doctor/service-details-checks.js';
import { checkMasterKeys, checkMongo, checkNats, checkRedis } from '../doctor/server-checks.js';

const doctorCommand: Command = {
  name: 'doctor',
  summary: 'look for what is wrong with the installation, and say what to do about it',
  settings: [
    'MILLRACE_NATS_URL',
    'MILLRACE_NATS_URLS',
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
      checkInstallation(api),
      checkClock(config),
      checkPublicUrl(config),
      checkNats(config),
      checkMongo(config),
      checkRedis(config),
      checkNatsRights(config),
      checkServiceDetails(config),
      checkSealed(config),
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
