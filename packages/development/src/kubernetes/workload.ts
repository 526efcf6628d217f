import { SHUTDOWN_GRACE_MOST_SECONDS, WORKFLOW_ENV_PREFIX } from '@millrace/service-kit/config';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import {
  hasMasterKeys,
  HEALTH_PORT,
  MASTER_KEYS,
  MASTER_KEYS_FOLDER,
  portOf,
  variablesOf,
  WORKFLOW_ENV,
} from './container-settings.js';
import { metadataOf, selectorOf, type KubernetesObject } from './objects.js';

/** What a process needs beside its heap: code, buffers, stacks. In MB. */
const BESIDE_HEAP_MB = 256;
/** A process that is ready and does nothing. In MB. */
const IDLE_MB = 160;

/** The most memory that a process of a service may take. */
export function memoryLimitMb({ heapMb }: Pick<ServiceDescription, 'heapMb'>): number {
  return heapMb + BESIDE_HEAP_MB;
}

/** Time in which those who send calls learn that a pod takes no more of them. */
const LEAVING_SECONDS = 5;

/**
 * Seconds between the end of a pod being asked for and its end at worst: leaving, the work in flight for as long as a setting may say, five seconds that
 * `stopOnSignal` adds, and some to spare. A process that is done ends its pod earlier.
 */
export const GRACE_SECONDS = LEAVING_SECONDS + SHUTDOWN_GRACE_MOST_SECONDS + 5 + 10;

/** The file of master keys in a pod, and where its container has it. */
export const KEYS_VOLUME = { name: 'keys', secret: { secretName: MASTER_KEYS, defaultMode: 0o440 } };
export const KEYS_MOUNT = { name: 'keys', mountPath: MASTER_KEYS_FOLDER, readOnly: true };

/** What restricted pod security asks of a pod. */
export const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  fsGroup: 1000,
  seccompProfile: { type: 'RuntimeDefault' },
};
/** … and of a container. */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

function isPublic({ ports }: ServiceDescription): boolean {
  return ports.some(({ name }) => name === 'public');
}

/** The pods of a service, of a release's image, and the account that they run as. */
export function workloadOf(service: ServiceDescription, version: string): KubernetesObject[] {
  const { name } = service;
  const account: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(name),
    automountServiceAccountToken: false,
  };
  const deployment: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(name),
    spec: {
      // No `replicas`: what scales it sets them, and applying this again must not undo that.
      revisionHistoryLimit: 5,
      selector: { matchLabels: selectorOf(name) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels: selectorOf(name) }, spec: podOf(service, version) },
    },
  };
  return [account, deployment];
}

function podOf(service: ServiceDescription, version: string): Record<string, unknown> {
  const { name } = service;
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: POD_SECURITY,
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: selectorOf(name) },
    })),
    containers: [containerOf(service, version)],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }, ...(hasMasterKeys(service) ? [KEYS_VOLUME] : [])],
  };
}

function containerOf(service: ServiceDescription, version: string): Record<string, unknown> {
  const { name, ports, environmentPrefixes } = service;
  return {
    name,
    image: `millrace/${name}:${version}`,
    ports: ports.map((port) => ({ name: port.name, containerPort: portOf(port.setting) })),
    ...(environmentPrefixes.includes(WORKFLOW_ENV_PREFIX)
      ? // Its keys are the names in workflows.
        { envFrom: [{ prefix: WORKFLOW_ENV_PREFIX, configMapRef: { name: WORKFLOW_ENV, optional: true } }] }
      : {}),
    env: variablesOf(service),
    // Kubernetes takes a pod out of its Services while it ends it, and not before: calls that are on their way are still taken.
    ...(isPublic(service) ? { lifecycle: { preStop: { sleep: { seconds: LEAVING_SECONDS } } } } : {}),
    // A process listens for health before anything else, so 60 seconds are enough on a busy node.
    startupProbe: { ...probe('live'), periodSeconds: 2, failureThreshold: 30 },
    livenessProbe: { ...probe('live'), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { ...probe('ready'), periodSeconds: 5, failureThreshold: 2 },
    resources: {
      requests: { cpu: '100m', memory: `${IDLE_MB}Mi` },
      // No limit of CPU: it would slow down what the node has time for.
      limits: { memory: `${memoryLimitMb(service)}Mi` },
    },
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...(hasMasterKeys(service) ? [KEYS_MOUNT] : [])],
  };
}

/** The health server gives a dependency two seconds. */
function probe(kind: 'live' | 'ready'): Record<string, unknown> {
  return { httpGet: { path: `/health/${kind}`, port: HEALTH_PORT_NAME }, timeoutSeconds: 4 };
}

const HEALTH_PORT_NAME = 'health';

/** Where its ports are reached by name: the public one for everybody in front, the other for whoever collects metrics. */
export function servicesOf({ name, ports }: ServiceDescription): KubernetesObject[] {
  const publicPorts = ports.filter((port) => port.name === 'public');
  const metrics: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadataOf(name), name: `${name}-health` },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: selectorOf(name),
      ports: [{ name: HEALTH_PORT_NAME, port: HEALTH_PORT, targetPort: HEALTH_PORT_NAME }],
    },
  };
  if (publicPorts.length === 0) return [metrics];
  const front: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(name),
    spec: {
      selector: selectorOf(name),
      ports: publicPorts.map((port) => ({ name: port.name, port: 80, targetPort: port.name })),
    },
  };
  return [front, metrics];
}
