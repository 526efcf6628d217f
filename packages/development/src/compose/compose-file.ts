import { WORKFLOW_ENV_PREFIX } from '@millrace/service-kit/config';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import {
  fixedValueOf,
  hasMasterKeys,
  HEALTH_PORT,
  isReferred,
  MASTER_KEYS_FOLDER,
  portOf,
} from '../kubernetes/container-settings.js';
import { passwordVariable } from '../kubernetes/nats-users.js';
import { graceSeconds, memoryLimitMb } from '../kubernetes/workload.js';
import { composeServers } from './compose-servers.js';

const HEAD = `# Written by \`npm run kubernetes\` from the manifests of the services (apps/*/src/manifest.ts). The whole platform on one machine with a Docker engine:
#   npm run compose:secrets && docker compose -f deploy/compose/compose.yaml up -d --build --wait
# Settings of the services may be set in deploy/compose/.env or the environment; the README of each lists them.
`;

/** Secret settings that the installation has a value for; \`$\` begins a variable of .env. */
const SECRETS: Readonly<Record<string, (service: string) => string>> = {
  MILLRACE_NATS_URL: (service) => `nats://${service}:\${${passwordVariable(service)}:?}@nats:4222`,
  MILLRACE_REDIS_URL: () => 'redis://:${PASSWORD_REDIS:?}@redis:6379',
  MILLRACE_MONGODB_URL: () => 'mongodb://millrace:${PASSWORD_MONGODB:?}@mongodb:27017/?authSource=admin&replicaSet=rs0',
  MILLRACE_OPERATOR_TOKEN: () => '${OPERATOR_TOKEN:?}',
  MILLRACE_SMTP_URL: () => '${MILLRACE_SMTP_URL:-smtp://mail:1025?tls=none}',
};

/** Settings that have another default here than in the service. */
const DEFAULTS: Readonly<Record<string, string>> = {
  MILLRACE_PUBLIC_URL: '${MILLRACE_PUBLIC_URL:-http://127.0.0.1:${MILLRACE_PORT:-3000}}',
  MILLRACE_NATS_MONITOR_URL: 'http://nats:8222',
  MILLRACE_MAIL_FROM: '${MILLRACE_MAIL_FROM:-Millrace <no-reply@millrace.local>}',
};

/** What workflows read as {{env.NAME}}, as lines `MILLRACE_ENV_NAME=value`. */
const WORKFLOW_ENV_FILE = { path: './workflow.env', required: false };

/** `deploy/compose/compose.yaml`: servers, all services, and a mail catcher; `version`: of the images. */
export function composeFile(services: readonly ServiceDescription[], version: string): string {
  const all = {
    name: 'millrace-platform',
    services: {
      ...composeServers(),
      ...Object.fromEntries(services.map((service) => [service.name, serviceOf(service, version)])),
    },
    secrets: { 'master-keys': { file: './secrets/master-keys' }, 'mongodb-key': { file: './secrets/mongodb-key' } },
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
    build: { context: '../..', dockerfile: 'deploy/Dockerfile', args: { APP: name } },
    restart: 'unless-stopped',
    environment: environmentOf(service),
    ...(service.environmentPrefixes.includes(WORKFLOW_ENV_PREFIX) ? { env_file: [WORKFLOW_ENV_FILE] } : {}),
    ...(published.length > 0 ? { ports: published.map((port) => `127.0.0.1:\${MILLRACE_PORT:-3000}:${port}`) } : {}),
    ...(hasMasterKeys(service)
      ? { secrets: [{ source: 'master-keys', target: `${MASTER_KEYS_FOLDER}/master-keys` }] }
      : {}),
    depends_on: Object.fromEntries(servers.map((server) => [server, { condition: 'service_healthy' }])),
    healthcheck: { test: ['CMD', 'node', '-e', READY], interval: '5s', timeout: '5s', retries: 3, start_period: '60s' },
    stop_grace_period: `${graceSeconds(service)}s`,
    mem_limit: `${memoryLimitMb(service)}m`,
    user: '1000:1000',
    read_only: true,
    tmpfs: ['/tmp:size=64m'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  };
}

/** Without a space: by its Docker API, Podman cuts the arguments of a check up at each. */
const READY = `fetch('http://127.0.0.1:${HEALTH_PORT}/health/ready').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`;

/** Each of its settings: a value, or the variable of the same name where there is one, which null means. */
function environmentOf({ name, settings, heapMb }: ServiceDescription): Record<string, string | null> {
  const own = settings.flatMap((setting): [string, string | null][] => {
    if (!setting.secret && !isReferred(setting)) {
      const value = fixedValueOf(setting.name) ?? null;
      return value === null ? [] : [[setting.name, value]];
    }
    return [[setting.name, SECRETS[setting.name]?.(name) ?? DEFAULTS[setting.name] ?? null]];
  });
  return { NODE_OPTIONS: `--max-old-space-size=${heapMb}`, ...Object.fromEntries(own) };
}
