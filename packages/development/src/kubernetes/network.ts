import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { PUBLIC_NETWORKS } from '@millrace/service-kit/public-networks';
import { HEALTH_PORT, portOf } from './container-settings.js';
import { metadataOf, selectorOf, type KubernetesObject } from './objects.js';

/** Labels of namespaces by what runs in them. */
export const NAMESPACES = {
  /** NATS, MongoDB and Redis. */
  servers: { 'millrace/servers': 'true' },
  /** Pods that collect metrics. */
  monitoring: { 'millrace/monitoring': 'true' },
  /** Pods that send the calls of users: an ingress or gateway controller. */
  front: { 'millrace/front': 'true' },
};

/** Ports of a server by the setting that names it. */
export const SERVER_PORTS: Readonly<Record<string, readonly number[]>> = {
  MILLRACE_NATS_URL: [4222, 8222],
  MILLRACE_MONGODB_URL: [27_017],
  MILLRACE_REDIS_URL: [6379],
};

/** A TCP port in a rule. */
export const tcp = (port: number): { protocol: string; port: number } => ({ protocol: 'TCP', port });

/** Rules of egress: names can be looked up where clusters have their DNS. The label of a pod alone is not enough: anybody may give it to theirs. */
export const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [{ protocol: 'UDP', port: 53 }, tcp(53)],
};
/**
 * … and all public hosts can be reached, as the guard in the services has it, once more in the network. IPv4 addresses that are written as IPv6
 * (`::ffff:10.0.0.1`) leave a pod as what they are, and the rule for IPv4 has them; Kubernetes would refuse a policy that names them.
 */
export const OUTSIDE = { to: PUBLIC_NETWORKS.map((block) => ({ ipBlock: block })) };

/** Refuses all traffic of all pods of the namespace that nothing else allows. */
export const DEFAULT_DENY: KubernetesObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'millrace-default-deny' },
  spec: {
    podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'millrace' } },
    policyTypes: ['Ingress', 'Egress'],
  },
};

/** What may reach a service, and what it may reach; `namespaces`: labels of those of others. */
export function networkPolicyOf(
  service: ServiceDescription,
  namespaces: Readonly<Record<keyof typeof NAMESPACES, unknown>> = NAMESPACES,
): KubernetesObject {
  const { name, ports } = service;
  const isPublic = ports.filter((port) => port.name === 'public');
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(name),
    spec: {
      podSelector: { matchLabels: selectorOf(name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        // The node's own probes are always let through.
        { from: [{ namespaceSelector: { matchLabels: namespaces.monitoring } }], ports: [tcp(HEALTH_PORT)] },
        ...isPublic.map((port) => ({
          from: [{ namespaceSelector: { matchLabels: namespaces.front } }],
          ports: [tcp(portOf(port.setting))],
        })),
      ],
      egress: [
        DNS,
        { to: [{ namespaceSelector: { matchLabels: namespaces.servers } }], ports: serverPorts(service).map(tcp) },
        ...(service.reachesOut ? [OUTSIDE] : []),
      ],
    },
  };
}

/** Ports of the servers that a service names. */
export function serverPorts({ settings }: ServiceDescription): number[] {
  return settings.flatMap(({ name }) => SERVER_PORTS[name] ?? []);
}
