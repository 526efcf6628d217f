import ipaddr from 'ipaddr.js';

/** A network that is not public, and what it is. */
export type BlockedNetwork = readonly [network: string, prefix: number, what: string];

/** IPv4 ranges that no public service has: private, local, reserved, multicast, and the metadata service of Azure. */
export const BLOCKED_IPV4: readonly BlockedNetwork[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private network'],
  ['100.64.0.0', 10, 'shared address space'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'cloud metadata'],
  ['169.254.0.0', 16, 'link-local, cloud metadata'],
  ['172.16.0.0', 12, 'private network'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relay'],
  ['192.168.0.0', 16, 'private network'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

/** Parts of global unicast IPv6 that are not public: tunnels to IPv4 addresses among them. */
export const BLOCKED_IPV6: readonly BlockedNetwork[] = [
  ['2001::', 23, 'protocol assignments, Teredo'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['3fff::', 20, 'documentation'],
];

/** Where all public IPv6 addresses are. */
export const GLOBAL_UNICAST_IPV6 = '2000::/3';
/** Leads to the IPv4 address in the last 32 bits; a network with IPv6 alone reaches all of IPv4 by it. */
export const NAT64_IPV6 = '64:ff9b::/96';

/** All that is public, for rules of a network: what the guard of connections lets through, but for what is no network (ISATAP). */
export const PUBLIC_NETWORKS: readonly { readonly cidr: string; readonly except: readonly string[] }[] = [
  { cidr: '0.0.0.0/0', except: BLOCKED_IPV4.map(([network, prefix]) => `${network}/${prefix}`) },
  { cidr: GLOBAL_UNICAST_IPV6, except: BLOCKED_IPV6.map(([network, prefix]) => `${network}/${prefix}`) },
  { cidr: NAT64_IPV6, except: BLOCKED_IPV4.map(([network, prefix]) => behindNat64(network, prefix)) },
];

function behindNat64(network: string, prefix: number): string {
  const [nat64, bits] = ipaddr.IPv6.parseCIDR(NAT64_IPV6);
  const bytes = [...nat64.toByteArray().slice(0, bits / 8), ...ipaddr.IPv4.parse(network).toByteArray()];
  return `${new ipaddr.IPv6(bytes).toString()}/${bits + prefix}`;
}
