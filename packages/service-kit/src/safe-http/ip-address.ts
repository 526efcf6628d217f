import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A parsed IP address. */
export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Parses an IP address; null for anything else, and for one with a zone (`fe80::1%eth0`). An IPv4 address that is mapped
 * into IPv6 stays an IPv6 address.
 */
export function parseIpAddress(text: string): IpAddress | null {
  // isIP first: ipaddr.js also accepts spellings such as `0x7f.1`.
  if (isIP(text) === 0 || text.includes('%')) return null;
  const parsed = ipaddr.parse(text);
  // ipaddr.js reads the IPv4-compatible `::1.2.3.4` as the mapped `::ffff:1.2.3.4`, which is another address.
  if (parsed instanceof ipaddr.IPv6 && /^::\d+\./.test(text)) {
    return new ipaddr.IPv6([0, 0, 0, 0, 0, 0, ...parsed.parts.slice(6)]);
  }
  return parsed;
}

/** The IPv4 address inside a mapped one (`::ffff:1.2.3.4`); any other address unchanged. */
export function withoutMapping(address: IpAddress): IpAddress {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}
