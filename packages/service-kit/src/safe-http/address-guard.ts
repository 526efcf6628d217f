import { BlockList, isIP } from 'node:net';

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

const ipv4Lists = listsOf(BLOCKED_IPV4, 'ipv4');
const ipv6Lists = listsOf(BLOCKED_IPV6, 'ipv6');

/** What is wrong with connecting to an IP address ("loopback", "private network", …), or null for a public one. */
export function blockedRange(address: string): string | null {
  const version = isIP(address);
  if (version === 4) return rangeIn(ipv4Lists, address, 'ipv4');
  // A zone (`fe80::1%eth0`) only exists for addresses that are blocked anyway.
  if (version !== 6 || address.includes('%')) return 'not an IP address';
  const groups = ipv6Groups(address);
  const embedded = embeddedIpv4(groups);
  if (embedded !== null) return blockedRange(embedded);
  if (((groups[0] ?? 0) & 0xe000) !== 0x2000)
    return groups.slice(0, 7).every((group) => group === 0) ? 'loopback' : 'not global unicast';
  if ((groups[4] === 0 || groups[4] === 0x200) && groups[5] === 0x5efe) return 'ISATAP';
  return rangeIn(ipv6Lists, address, 'ipv6');
}

/** The IPv4 address that a mapped (`::ffff:0:0/96`) or NAT64 (`64:ff9b::/96`) address leads to, or null for any other. */
function embeddedIpv4(groups: readonly number[]): string | null {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const nat64 = groups[0] === 0x64 && groups[1] === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  if (!mapped && !nat64) return null;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of a valid IPv6 address. */
function ipv6Groups(address: string): number[] {
  // A dotted tail stands for the last two groups.
  const plain = address.replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

function listsOf(
  ranges: readonly (readonly [string, number, string])[],
  family: 'ipv4' | 'ipv6',
): readonly (readonly [BlockList, string])[] {
  return ranges.map(([network, prefix, what]) => {
    const list = new BlockList();
    list.addSubnet(network, prefix, family);
    return [list, what] as const;
  });
}

function rangeIn(
  lists: readonly (readonly [BlockList, string])[],
  address: string,
  family: 'ipv4' | 'ipv6',
): string | null {
  return lists.find(([list]) => list.check(address, family))?.[1] ?? null;
}
