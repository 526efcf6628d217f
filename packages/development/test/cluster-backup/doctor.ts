import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fleet } from '../installation/fleet.js';
import { valuesOfSecret, type Servers } from '../installation/servers.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { SERVICES } from '../kubernetes/services.js';

const run = promisify(execFile);

/** The operator's program. */
export const OPS = join(REPOSITORY, 'packages/ops/dist/main.js');

/** How `doctor` has ended, and what it has printed. */
export interface Diagnosis {
  readonly code: number;
  readonly output: string;
}

/** Runs `doctor` with what `k8s/components/doctor` gives it. */
export async function diagnose(
  fleet: Fleet,
  servers: Servers,
  settings: Readonly<Record<string, string>>,
): Promise<Diagnosis> {
  const of = (service: string, name: string) => valuesOfSecret(servers, `millrace-${service}`)[name];
  const natsUrls = Object.fromEntries(SERVICES.map(({ name }) => [name, of(name, 'MILLRACE_NATS_URL')]));
  const env = {
    ...settings,
    MILLRACE_API_URL: fleet.gateway,
    MILLRACE_OPERATOR_TOKEN: servers.operatorToken,
    MILLRACE_NATS_URL: natsUrls['definitions'],
    MILLRACE_NATS_URLS: JSON.stringify(natsUrls),
    MILLRACE_MONGODB_URL: of('definitions', 'MILLRACE_MONGODB_URL'),
    MILLRACE_REDIS_URL: of('email-ingest', 'MILLRACE_REDIS_URL'),
    MILLRACE_MASTER_KEYS_FILE: fleet.keysFile,
    MILLRACE_HEALTH_URLS: JSON.stringify(fleet.healthUrls),
  };
  try {
    return { code: 0, output: (await run(process.execPath, [OPS, 'doctor'], { env })).stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}
