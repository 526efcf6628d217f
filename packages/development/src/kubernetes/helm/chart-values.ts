import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import { MASTER_KEYS, secretOf } from '../container-settings.js';
import { DOCTOR_SCHEDULE } from '../doctor.js';
import { STORE } from '../external-secrets.js';
import { DNS, NAMESPACES } from '../network.js';
import { MAX_REPLICAS, MIN_REPLICAS, NATS_MONITOR, NATS_SERVERS_MONITOR } from '../scaling.js';
import { workloadOf } from '../workload.js';

/** The values of the chart by default, as YAML with a comment on each group. */
export function valuesOf(services: readonly ServiceDescription[], version: string): string {
  const groups = [
    ...groupsOfAll(),
    { comment: OF_SERVICES, values: { services: Object.fromEntries(services.map((one) => ofService(one, version))) } },
  ];
  return groups.map(({ comment, values }) => `\n${commented(comment)}${stringify(values)}`).join('');
}

/** Where pods may be. */
const PLACES = { nodeSelector: {}, tolerations: [], affinity: {} };

/** As in `components/ingress`. */
const INGRESS_ANNOTATIONS = { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '75' };

interface Group {
  readonly comment: string;
  readonly values: Record<string, unknown>;
}

const OF_SERVICES = `Of each service: replicas without a scaler, and with one; the limit of the JavaScript heap, below that of the memory by what a process needs beside it;
the Secret of its settings; nodeSelector, tolerations and affinity of its pods; \`image\` in place of the one that follows from the image above.`;

const SCALERS: Group = {
  comment: `Scalers: by load, and by backlog, which needs KEDA. Without them \`replicas\` counts. \`byConsumers\`: executors by the consumers of their queue and not by its length,
see docs/deploy.md.`,
  values: { autoscaling: { cpu: true, keda: false, byConsumers: false } },
};

const JOBS: readonly Group[] = [
  {
    comment:
      'Makes streams and indexes of a release before an upgrade replaces anything, with the images, the Secrets and the memory of the services.',
    values: { prepare: { enabled: true, ...PLACES } },
  },
  {
    comment: 'Looks for faults of the installation; a Job of it that has failed is a finding.',
    values: { doctor: { enabled: false, schedule: DOCTOR_SCHEDULE, image: '', ...PLACES } },
  },
];

function groupsOfAll(): Group[] {
  return [
    {
      comment: 'An image is REGISTRY/REPOSITORY/SERVICE:TAG; the tag is that of the release by default.',
      values: { image: { registry: '', repository: 'millrace', tag: '', pullPolicy: '', pullSecrets: [] } },
    },
    {
      comment:
        'Settings that are no secrets, of all services; values.schema.json lists them. MILLRACE_PUBLIC_URL has to be set.',
      values: { settings: {} },
    },
    { comment: 'What workflows read as {{env.NAME}}.', values: { workflowEnv: {} } },
    {
      comment: `NATS, Redis and MongoDB. Without an address the Secret of each service has MILLRACE_NATS_URL, MILLRACE_REDIS_URL and MILLRACE_MONGODB_URL, with credentials. With one (host:port; for MongoDB several
separated by commas) it has NATS_PASSWORD, REDIS_PASSWORD and MONGODB_PASSWORD alone, of characters that need no escape in a URL; the NATS user is called as the service is. \`monitor\`: NATS's monitoring pages, for KEDA;
\`headlessMonitor\`: the same by the headless Service of its servers, for KEDA, which asks the one that leads a consumer by its name, and for all services, which look at each server.`,
      values: {
        servers: {
          nats: { address: '', monitor: NATS_MONITOR, headlessMonitor: NATS_SERVERS_MONITOR },
          redis: { address: '' },
          mongodb: { address: '', user: 'millrace', options: 'authSource=admin' },
        },
      },
    },
    { comment: 'The Secret with the file `master-keys`.', values: { masterKeys: { secret: MASTER_KEYS } } },
    SCALERS,
    {
      comment: 'One pod of each service at a time may be taken away.',
      values: { podDisruptionBudget: { enabled: true } },
    },
    {
      comment:
        'Labels of the namespaces of others, where names are looked up, and rules of egress for every service: servers outside of the cluster need an ipBlock.',
      values: { networkPolicy: { enabled: true, ...NAMESPACES, dns: DNS, egress: [] } },
    },
    {
      comment: 'The priority of all pods; made where there is a value.',
      values: { priorityClass: { name: '', value: null } },
    },
    {
      comment: 'Secrets from a store, by the External Secrets Operator.',
      values: { externalSecrets: { enabled: false, store: STORE, refreshInterval: '1h' } },
    },
    {
      comment:
        'How users reach the gateway: by the Gateway API, or an Ingress. The annotation: seconds without data, for a start may wait for a minute.',
      values: {
        httpRoute: { enabled: false, parentRefs: [], hostnames: [] },
        ingress: { enabled: false, className: '', host: '', tlsSecret: '', annotations: INGRESS_ANNOTATIONS },
      },
    },
    ...JOBS,
  ];
}

function ofService(service: ServiceDescription, version: string): [string, Record<string, unknown>] {
  const { name, heapMb, scalesBy } = service;
  return [
    name,
    {
      replicas: MIN_REPLICAS,
      autoscaling: { minReplicas: MIN_REPLICAS, maxReplicas: MAX_REPLICAS[scalesBy] },
      heapMb,
      resources: resourcesOf(service, version),
      secret: secretOf(name),
      image: '',
      ...PLACES,
    },
  ];
}

function resourcesOf(service: ServiceDescription, version: string): unknown {
  const [, deployment] = workloadOf(service, version);
  const spec = deployment?.['spec'] as { template: { spec: { containers: readonly [{ resources: unknown }] } } };
  return spec.template.spec.containers[0].resources;
}

function commented(text: string): string {
  return text
    .split('\n')
    .map((line) => `# ${line}\n`)
    .join('');
}
