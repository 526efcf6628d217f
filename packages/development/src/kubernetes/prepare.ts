import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { hasMasterKeys, variablesOf } from './container-settings.js';
import { DNS, NAMESPACES, serverPorts, tcp } from './network.js';
import { metadataOf, selectorOf, type KubernetesObject } from './objects.js';
import { CONTAINER_SECURITY, KEYS_MOUNT, KEYS_VOLUME, memoryLimitMb, POD_SECURITY } from './workload.js';

const NAME = 'prepare';
/** A new index of a large collection takes MongoDB minutes, of a very large one hours; a server that is never there is to be noticed some day too. */
const MOST_SECONDS = 4 * 60 * 60;
/** A pod that fails is kept for its log, and another one begins: a server may have been away. */
const FURTHER_PODS = 3;
/** Jobs cannot be changed: one of another release is refused until this one is gone. Long enough to look at, and gone before the next change is likely. */
const KEPT_SECONDS = 10 * 60;

/**
 * The job that makes what a release needs on the servers before its pods come: a container for each service, with the image, the settings and the Secret of that
 * service, so that no process has the rights of all. `version`: of the images, `servers`: labels of their namespace.
 */
export function prepareOf(
  services: readonly ServiceDescription[],
  version: string,
  servers: unknown = NAMESPACES.servers,
): KubernetesObject[] {
  return [policyOf(services, servers), jobOf(services, version)];
}

function jobOf(services: readonly ServiceDescription[], version: string): KubernetesObject {
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: POD_SECURITY,
    containers: services.map((service) => containerOf(service, version)),
    volumes: services.some(hasMasterKeys) ? [KEYS_VOLUME] : [],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(NAME),
    spec: {
      backoffLimit: FURTHER_PODS,
      activeDeadlineSeconds: MOST_SECONDS,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: { metadata: { labels: selectorOf(NAME) }, spec: pod },
    },
  };
}

function containerOf(service: ServiceDescription, version: string): Record<string, unknown> {
  const { name } = service;
  return {
    name,
    image: `millrace/${name}:${version}`,
    command: ['node', 'dist/program/main.js', 'prepare'],
    env: variablesOf(service),
    resources: {
      // All of them are one pod, which has to fit on a node: they wait for servers most of the time.
      requests: { cpu: '20m', memory: '128Mi' },
      limits: { memory: `${memoryLimitMb(service)}Mi` },
    },
    securityContext: CONTAINER_SECURITY,
    ...(hasMasterKeys(service) ? { volumeMounts: [KEYS_MOUNT] } : {}),
  };
}

/** It reaches the servers, and nobody reaches it. */
function policyOf(services: readonly ServiceDescription[], servers: unknown): KubernetesObject {
  const ports = [...new Set(services.flatMap(serverPorts))].sort((a, b) => a - b);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(NAME),
    spec: {
      podSelector: { matchLabels: selectorOf(NAME) },
      policyTypes: ['Ingress', 'Egress'],
      egress: [DNS, { to: [{ namespaceSelector: { matchLabels: servers } }], ports: ports.map(tcp) }],
    },
  };
}
