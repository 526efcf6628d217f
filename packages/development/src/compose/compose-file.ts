import { WORKFLOW_ENV_PREFIX } from '@millrace/service-kit/config';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import {
  fieldOf,
  fixedValueOf,
  hasMasterKeys,
  HEALTH_PORT,
  isReferred,
  portOf,
} from '../kubernetes/container-settings.js';
import { GRACE_SECONDS, memoryLimitMb } from '../kubernetes/workload.js';
import { composeOps, OPS } from './compose-ops.js';
import { valueOfSecret } from './compose-secret-settings.js';
import { composeServers, NATS_PAGES } from './compose-servers.js';
import { KEYS_SECRET, RESTRICTED } from './restricted.js';

const HEAD = `# Written by \`npm run kubernetes\` from the manifests of the services (apps/*/src/manifest.ts). The whole platform on one machine with a Docker engine:
#   npm run compose:secrets && docker compose -f deploy/compose.yaml up -d --build --wait
#   docker compose -f deploy/compose.yaml run --rm ops doctor
# Settings of the services may be set in deploy/.env or the environment; the README of each lists them.
`;

/** Settings that have another default here than in the service. */
const DEFAULTS: Readonly<Record<string, string>> = {
  MILLRACE_PUBLIC_URL: '${MILLRACE_PUBLIC_URL:-http://127.0.0.1:${MILLRACE_PORT:-3000}}',
  MILLRACE_NATS_MONITOR_URL: NATS_PAGES,
  MILLRACE_MAIL_FROM: '${MILLRACE_MAIL_FROM:-Millrace <no-reply@millrace.local>}',
};

/** What workflows read as {{env.NAME}}, as lines `MILLRACE_ENV_NAME=value`. */
const WORKFLOW_ENV_FILE = { path: './compose/workflow.env', required: false };

/** `deploy/compose.yaml`: servers, all services, a mail catcher and the operator's program; `version`: of the images. */
export function composeFile(services: readonly ServiceDescription[], version: string): string {
  const all = {
    name: 'millrace-platform',
    services: {
      ...composeServers(),
      ...Object.fromEntries(services.map((service) => [service.name, serviceOf(service, version)])),
      [OPS]: composeOps(services, version),
    },
    secrets: {
      'master-keys': { file: './compose/secrets/master-keys' },
      'mongodb-key': { file: './compose/secrets/mongodb-key' },
    },
    volumes: { nats: {}, redis: {}, mongodb: {} },
  };
  return HEAD + stringify(all, { lineWidth: 0, aliasDuplicateObjects: false });
}

function serviceOf(service: ServiceDescription, version: string): Record<string, unknown> {
  const { name, settings, ports } = service;
  const servers = ['nats', 'redis', 'mongodb'].filter((server) =>
    settings.some((setting) => setting.name === `MILLRACE_${server.toUpperCase()}_URL`),
  );
  const published = ports.filter((port) => port.name === 'public').map((port) => portOf(port.setting));
  return {
    image: `millrace/${name}:${version}`,
    build: { context: '..', dockerfile: 'deploy/Dockerfile', args: { APP: name } },
    restart: 'unless-stopped',
    environment: environmentOf(service),
    ...(service.environmentPrefixes.includes(WORKFLOW_ENV_PREFIX) ? { env_file: [WORKFLOW_ENV_FILE] } : {}),
    ...(published.length > 0 ? { ports: published.map((port) => `127.0.0.1:\${MILLRACE_PORT:-3000}:${port}`) } : {}),
    ...(hasMasterKeys(service) ? { secrets: [KEYS_SECRET] } : {}),
    depends_on: Object.fromEntries(servers.map((server) => [server, { condition: 'service_healthy' }])),
    healthcheck: { test: ['CMD', 'node', '-e', READY], interval: '5s', timeout: '5s', retries: 3, start_period: '60s' },
    stop_grace_period: `${GRACE_SECONDS}s`,
    mem_limit: `${memoryLimitMb(service)}m`,
    ...RESTRICTED,
  };
}

/** Without a space: by its Docker API, Podman cuts the arguments of a check up at each. */
const READY = `fetch('http://127.0.0.1:${HEALTH_PORT}/health/ready').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`;

/** Each of its settings: a value, or the variable of the same name where there is one, which null means. */
function environmentOf({ name, settings, heapMb }: ServiceDescription): Record<string, string | null> {
  const own = settings.flatMap((setting): [string, string | null][] => {
    if (!setting.secret && !isReferred(setting) && fieldOf(setting.name) === undefined) {
      const value = fixedValueOf(setting.name) ?? null;
      return value === null ? [] : [[setting.name, value]];
    }
    return [[setting.name, valueOfSecret(setting.name, name) ?? DEFAULTS[setting.name] ?? null]];
  });
  return { NODE_OPTIONS: `--max-old-space-size=${heapMb}`, ...Object.fromEntries(own) };
}
