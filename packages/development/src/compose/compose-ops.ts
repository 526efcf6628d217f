import { OPERATOR } from '@millrace/messaging';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { fixedValueOf, HEALTH_PORT, MASTER_KEYS_SETTING, portOf } from '../kubernetes/container-settings.js';
import { DOCTOR_IMAGE, DOCTOR_MEMORY_MB, frontOf } from '../kubernetes/doctor.js';
import { valueOfSecret } from './compose-secret-settings.js';
import { NATS_PAGES } from './compose-servers.js';
import { KEYS_SECRET, RESTRICTED } from './restricted.js';

/** The profile without which it is not started, and its name in the file. */
export const OPS = 'ops';

/** Settings that it has where whoever runs it has them, such as in `.env`. */
const IF_THERE = [
  // The default leads to the machine itself, which from inside of a container is another one.
  'MILLRACE_PUBLIC_URL',
  'MILLRACE_NATS_REPLICAS',
  'MILLRACE_MONGODB_DATABASE',
  'MILLRACE_PROFILE_TOKEN',
];

/** `docker compose run --rm ops COMMAND`: the operator's program, where the servers and the operations ports are; `version`: of its image. */
export function composeOps(services: readonly ServiceDescription[], version: string): Record<string, unknown> {
  return {
    image: `millrace/${DOCTOR_IMAGE}:${version}`,
    build: { context: '..', dockerfile: 'deploy/Dockerfile', args: { APP: DOCTOR_IMAGE } },
    profiles: [OPS],
    // What follows the name of the service are words for the program.
    entrypoint: ['node', 'dist/main.js'],
    environment: environmentOf(services),
    secrets: [KEYS_SECRET],
    // The image's is for what has an operations port.
    healthcheck: { disable: true },
    stop_grace_period: '30s',
    mem_limit: `${DOCTOR_MEMORY_MB}m`,
    ...RESTRICTED,
  };
}

function environmentOf(services: readonly ServiceDescription[]): Record<string, string | null> {
  const front = frontOf(services);
  const port = front.ports.find(({ name }) => name === 'public')?.setting ?? '';
  const urls = services.map(({ name }) => [name, valueOfSecret('MILLRACE_NATS_URL', name)]);
  const health = services.map(({ name }) => [name, `http://${name}:${HEALTH_PORT}`]);
  const same = ['MILLRACE_OPERATOR_TOKEN', 'MILLRACE_NATS_URL', 'MILLRACE_MONGODB_URL', 'MILLRACE_REDIS_URL'];
  return {
    MILLRACE_API_URL: `http://${front.name}:${portOf(port)}/v1`,
    ...Object.fromEntries(same.map((setting) => [setting, valueOfSecret(setting, front.name)])),
    MILLRACE_NATS_OPERATOR_URL: valueOfSecret('MILLRACE_NATS_URL', OPERATOR),
    MILLRACE_NATS_URLS: JSON.stringify(Object.fromEntries(urls)),
    MILLRACE_NATS_MONITOR_URL: NATS_PAGES,
    MILLRACE_HEALTH_URLS: JSON.stringify(Object.fromEntries(health)),
    [MASTER_KEYS_SETTING]: fixedValueOf(MASTER_KEYS_SETTING) ?? '',
    ...Object.fromEntries(IF_THERE.map((setting) => [setting, null])),
  };
}
