import ipaddr from 'ipaddr.js';
import {
  BLOCKED_IPV4,
  BLOCKED_IPV6,
  GLOBAL_UNICAST_IPV6,
  NAT64_IPV6,
  type BlockedNetwork,
} from '../public-networks.js';
import { parseIpAddress, withoutMapping, type IpAddress } from './ip-address.js';

type Network = readonly [address: IpAddress, prefix: number];

const IPV4_NETWORKS = networksOf(BLOCKED_IPV4);
const IPV6_NETWORKS = networksOf(BLOCKED_IPV6);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR(GLOBAL_UNICAST_IPV6);
const NAT64 = ipaddr.IPv6.parseCIDR(NAT64_IPV6);

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

function networksOf(ranges: readonly BlockedNetwork[]): readonly (readonly [network: Network, what: string])[] {
  return ranges.map(([network, prefix, what]) => [[ipaddr.parse(network), prefix], what]);
}
