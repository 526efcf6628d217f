import ipaddr from 'ipaddr.js';
import { parseIpAddress, withoutMapping, type IpAddress } from './ip-address.js';

type Network = readonly [address: IpAddress, prefix: number];

/** IPv4 ranges that no public service has: private, local, reserved, multicast, and the metadata service of Azure. */
const BLOCKED_IPV4: readonly (readonly [network: string, prefix: number, what: string])[] = [
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

/** Parts of global unicast IPv6 (2000::/3) that are not public: tunnels to IPv4 addresses among them. */
const BLOCKED_IPV6: readonly (readonly [network: string, prefix: number, what: string])[] = [
  ['2001::', 23, 'protocol assignments, Teredo'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['3fff::', 20, 'documentation'],
];

const IPV4_NETWORKS = networksOf(BLOCKED_IPV4);
const IPV6_NETWORKS = networksOf(BLOCKED_IPV6);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Leads to the IPv4 address in its last 32 bits. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** What is wrong with connecting to an IP address ("loopback", "private network", …), or null for a public one. */
export function blockedRange(address: string): string | null {
  const parsed = parseIpAddress(address);
  if (parsed === null) return 'not an IP address';
  return parsed instanceof ipaddr.IPv4 ? blockedIpv4(parsed) : blockedIpv6(parsed);
}

function blockedIpv4(address: ipaddr.IPv4): string | null {
  return IPV4_NETWORKS.find(([[network, prefix]]) => address.match(network, prefix))?.[1] ?? null;
}

function blockedIpv6(address: ipaddr.IPv6): string | null {
  const embedded = address.match(NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : withoutMapping(address);
  if (embedded instanceof ipaddr.IPv4) return blockedIpv4(embedded);
  const groups = address.parts;
  if (!address.match(GLOBAL_UNICAST)) {
    return groups.slice(0, 7).every((group) => group === 0) ? 'loopback' : 'not global unicast';
  }
  if ((groups[4] === 0 || groups[4] === 0x200) && groups[5] === 0x5efe) return 'ISATAP';
  return IPV6_NETWORKS.find(([[network, prefix]]) => address.match(network, prefix))?.[1] ?? null;
}

function networksOf(
  ranges: readonly (readonly [string, number, string])[],
): readonly (readonly [network: Network, what: string])[] {
  return ranges.map(([network, prefix, what]) => [[ipaddr.parse(network), prefix], what]);
}
