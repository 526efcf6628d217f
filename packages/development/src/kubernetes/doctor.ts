import type { ServiceDescription } from '@millrace/service-kit/manifest';
import {
  fixedValueOf,
  HEALTH_PORT,
  MASTER_KEYS_SETTING,
  portOf,
  referenceOf,
  secretOf,
  SETTINGS,
  type Variable,
} from './container-settings.js';
import { DNS, NAMESPACES, OUTSIDE, SERVER_PORTS, tcp } from './network.js';
import { metadataOf, selectorOf, type KubernetesObject } from './objects.js';
import { CONTAINER_SECURITY, KEYS_MOUNT, KEYS_VOLUME, POD_SECURITY } from './workload.js';

const NAME = 'doctor';
/** The program that it is. */
export const DOCTOR_IMAGE = 'ops';
/** The most memory that it may take. */
export const DOCTOR_MEMORY_MB = 512;
/** When it looks: before people come to work, and not at the full hour, as everything else is. */
export const DOCTOR_SCHEDULE = '17 5 * * *';
/** A check waits some seconds for what does not respond. */
const MOST_SECONDS = 300;
/** Settings that are the same in all services and no secrets. */
const COMMON = [
  'MILLRACE_PUBLIC_URL',
  'MILLRACE_NATS_MONITOR_URL',
  'MILLRACE_NATS_REPLICAS',
  'MILLRACE_MONGODB_DATABASE',
];

/**
 * `millrace-ops doctor` every day from inside of the cluster, and what lets it reach what it looks at; `version`: of its image,
 * `servers`: labels of their namespace.
 */
export function doctorOf(
  services: readonly ServiceDescription[],
  version: string,
  servers: unknown = NAMESPACES.servers,
): KubernetesObject[] {
  return [jobOf(services, version), reaches(services, servers), reached(services)];
}

function jobOf(services: readonly ServiceDescription[], version: string): KubernetesObject {
  const container = {
    name: NAME,
    image: `millrace/${DOCTOR_IMAGE}:${version}`,
    command: ['node', 'dist/main.js', 'doctor'],
    env: variablesOf(services),
    resources: { requests: { cpu: '100m', memory: '160Mi' }, limits: { memory: `${DOCTOR_MEMORY_MB}Mi` } },
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [KEYS_MOUNT],
  };
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: POD_SECURITY,
    containers: [container],
    volumes: [KEYS_VOLUME],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadataOf(NAME),
    spec: {
      schedule: DOCTOR_SCHEDULE,
      // One that was missed is made up for within the hour; without a limit, a hundred missed ones would end them all.
      startingDeadlineSeconds: 3_600,
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        spec: {
          // What it has found is found again by a second attempt.
          backoffLimit: 0,
          activeDeadlineSeconds: MOST_SECONDS,
          template: { metadata: { labels: selectorOf(NAME) }, spec: pod },
        },
      },
    },
  };
}

function variablesOf(services: readonly ServiceDescription[]): Variable[] {
  const nats = services.map((service) => ({ service: service.name, variable: natsVariable(service) }));
  const urls = nats.map(({ service, variable: { name } }) => [service, `$(${name})`]);
  const health = services.map(({ name }) => [name, `http://${name}-health:${HEALTH_PORT}`]);
  return [
    { name: 'MILLRACE_API_URL', value: `http://${frontOf(services).name}/v1` },
    ownedBy(frontOf(services), 'MILLRACE_OPERATOR_TOKEN'),
    ...nats.map(({ variable }) => variable),
    { name: 'MILLRACE_NATS_URL', value: urls[0]?.[1] ?? '' },
    { name: 'MILLRACE_NATS_URLS', value: JSON.stringify(Object.fromEntries(urls)) },
    ...['MILLRACE_MONGODB_URL', 'MILLRACE_REDIS_URL'].map((name) => ownedBy(readerOf(services, name), name)),
    ...COMMON.map((name) => ({
      name,
      valueFrom: { configMapKeyRef: { name: SETTINGS, key: name, optional: true as const } },
    })),
    { name: MASTER_KEYS_SETTING, value: fixedValueOf(MASTER_KEYS_SETTING) ?? '' },
    { name: 'MILLRACE_HEALTH_URLS', value: JSON.stringify(Object.fromEntries(health)) },
  ];
}

/** NATS with the user of a service, in a variable of its own that others name. */
function natsVariable({ name }: ServiceDescription): Variable {
  const variable = `NATS_URL_OF_${name.toUpperCase().replaceAll('-', '_')}`;
  return { name: variable, valueFrom: { secretKeyRef: { name: secretOf(name), key: 'MILLRACE_NATS_URL' } } };
}

function ownedBy({ name, settings }: ServiceDescription, setting: string): Variable {
  const found = settings.find((one) => one.name === setting);
  if (found === undefined) throw new Error(`${name} has no setting ${setting}.`);
  return referenceOf(name, found);
}

/** A service that cannot do without a setting. */
function readerOf(services: readonly ServiceDescription[], setting: string): ServiceDescription {
  const found = services.find(({ settings }) => settings.some(({ name, required }) => required && name === setting));
  if (found === undefined) throw new Error(`No service needs ${setting}.`);
  return found;
}

/** The service that users call. */
export function frontOf(services: readonly ServiceDescription[]): ServiceDescription {
  const found = services.find(({ ports }) => ports.some(({ name }) => name === 'public'));
  if (found === undefined) throw new Error('No service has a public port.');
  return found;
}

/** Ports at which it asks services: for operators, and the public one. */
function portsOf(services: readonly ServiceDescription[]): number[] {
  const publicPorts = frontOf(services).ports.filter(({ name }) => name === 'public');
  return [HEALTH_PORT, ...publicPorts.map(({ setting }) => portOf(setting))];
}

const ALL_SERVICES = { matchLabels: { 'app.kubernetes.io/part-of': 'millrace' } };

function reaches(services: readonly ServiceDescription[], namespace: unknown): KubernetesObject {
  const servers = Object.values(SERVER_PORTS).flat().map(tcp);
  return policy(NAME, {
    podSelector: { matchLabels: selectorOf(NAME) },
    policyTypes: ['Ingress', 'Egress'],
    egress: [
      DNS,
      { to: [{ namespaceSelector: { matchLabels: namespace } }], ports: servers },
      { to: [{ podSelector: ALL_SERVICES }], ports: portsOf(services).map(tcp) },
      // The public address.
      OUTSIDE,
    ],
  });
}

function reached(services: readonly ServiceDescription[]): KubernetesObject {
  return policy(`${NAME}-asks-services`, {
    podSelector: ALL_SERVICES,
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: selectorOf(NAME) } }], ports: portsOf(services).map(tcp) }],
  });
}

function policy(name: string, spec: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { ...metadataOf(NAME), name },
    spec,
  };
}
