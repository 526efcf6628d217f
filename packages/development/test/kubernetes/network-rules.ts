import { BlockList, isIPv6 } from 'node:net';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';

type Labels = Readonly<Record<string, string>>;

/** Who sends or takes a connection: a pod, or an address outside of the cluster. */
export type Party =
  | { readonly namespace: string; readonly namespaceLabels: Labels; readonly labels: Labels }
  | { readonly address: string };

interface Selector {
  readonly matchLabels?: Labels;
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol?: string; readonly port: number }[];
}
interface Policy {
  readonly namespace: string;
  readonly podSelector: Selector;
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const MEMBERS = {
  selector: ['matchLabels'],
  peer: ['podSelector', 'namespaceSelector', 'ipBlock'],
  rule: ['from', 'to', 'ports'],
  port: ['protocol', 'port'],
  policy: ['podSelector', 'policyTypes', 'ingress', 'egress'],
};

/** What is not understood here must not count as understood. */
function known<Part extends object>(kind: keyof typeof MEMBERS, part: Part): Part {
  const strange = Object.keys(part).filter((member) => !MEMBERS[kind].includes(member));
  if (strange.length > 0)
    throw new Error(`A ${kind} of a NetworkPolicy has ${strange.join(', ')}, which this test does not understand`);
  return part;
}

const matches = (selector: Selector, labels: Labels): boolean =>
  Object.entries(known('selector', selector).matchLabels ?? {}).every(([name, value]) => labels[name] === value);

/**
 * What policies of the network let through, by the definition of NetworkPolicy: a pod that a policy selects for a direction has there what the rules of all policies that select it
 * allow together, and one that none selects has everything.
 */
export class NetworkRules {
  readonly #policies: readonly Policy[];

  /** `objects`: of which those of the kind NetworkPolicy count. */
  constructor(objects: readonly KubernetesObject[]) {
    this.#policies = objects
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ metadata, spec }) => {
        const policy = known('policy', spec as Policy);
        return { ...policy, namespace: String(metadata['namespace']) };
      });
  }

  /** Whether a connection from one to the other is let out there and in here. */
  allows(from: Party, to: Party, port: number, protocol = 'TCP'): boolean {
    return this.#lets('Egress', from, to, port, protocol) && this.#lets('Ingress', to, from, port, protocol);
  }

  #lets(direction: 'Ingress' | 'Egress', own: Party, other: Party, port: number, protocol: string): boolean {
    if ('address' in own) return true;
    const selecting = this.#policies.filter(
      (policy) =>
        policy.namespace === own.namespace &&
        policy.policyTypes.includes(direction) &&
        matches(policy.podSelector, own.labels),
    );
    if (selecting.length === 0) return true;
    return selecting.some((policy) =>
      (direction === 'Ingress' ? policy.ingress : policy.egress)?.some((rule) => {
        const { from, to, ports } = known('rule', rule);
        const peers = direction === 'Ingress' ? from : to;
        return (
          (peers?.some((peer) => isOf(peer, other, policy.namespace)) ?? true) &&
          (ports?.some((one) => known('port', one).port === port && (one.protocol ?? 'TCP') === protocol) ?? true)
        );
      }),
    );
  }
}

function isOf(peer: Peer, party: Party, namespace: string): boolean {
  const { podSelector, namespaceSelector, ipBlock } = known('peer', peer);
  if ('address' in party) return ipBlock !== undefined && isInside(party.address, ipBlock);
  if (ipBlock !== undefined) return false;
  const isThere =
    namespaceSelector === undefined ? party.namespace === namespace : matches(namespaceSelector, party.namespaceLabels);
  return isThere && matches(podSelector ?? {}, party.labels);
}

function isInside(address: string, { cidr, except = [] }: NonNullable<Peer['ipBlock']>): boolean {
  const isIn = (block: string): boolean => {
    const [network = '', bits] = block.split('/');
    if (isIPv6(network) !== isIPv6(address)) return false;
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    const list = new BlockList();
    list.addSubnet(network, Number(bits), family);
    return list.check(address, family);
  };
  return isIn(cidr) && !except.some(isIn);
}
