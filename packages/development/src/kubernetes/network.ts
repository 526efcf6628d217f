import type { ServiceDescription } from '@millrace/service-kit/manifest';
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

/** Addresses that no user's host may have: as the guard in the services has it, once more in the network. */
const INTERNAL_IPV4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
];
/** Behind it is the IPv4 address of its last 32 bits; a network with IPv6 alone reaches all of IPv4 by it. */
const NAT64 = '64:ff9b::';
/**
 * NAT64 of a network's own, and tunnels to IPv4 addresses (6to4), lead nowhere that users need. IPv4 addresses that are written as IPv6 (`::ffff:10.0.0.1`)
 * leave a pod as what they are, and the rule for IPv4 has them; Kubernetes would refuse a policy that names them.
 */
const INTERNAL_IPV6 = [
  ...['::1/128', 'fc00::/7', 'fe80::/10', '64:ff9b:1::/48', '2002::/16'],
  ...INTERNAL_IPV4.map(behindNat64),
];

/** A TCP port in a rule. */
export const tcp = (port: number): { protocol: string; port: number } => ({ protocol: 'TCP', port });

/** Rules of egress: names can be looked up. */
export const DNS = {
  to: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
  ports: [{ protocol: 'UDP', port: 53 }, tcp(53)],
};
/** … and all hosts that are not internal can be reached. */
export const OUTSIDE = {
  to: [{ ipBlock: { cidr: '0.0.0.0/0', except: INTERNAL_IPV4 } }, { ipBlock: { cidr: '::/0', except: INTERNAL_IPV6 } }],
};

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

function behindNat64(network: string): string {
  const [address = '', prefix] = network.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const groups = [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16));
  return `${NAT64}${groups.join(':')}/${96 + Number(prefix)}`;
}

/** Ports of the servers that a service names. */
export function serverPorts({ settings }: ServiceDescription): number[] {
  return settings.flatMap(({ name }) => SERVER_PORTS[name] ?? []);
}
