import { isIPv4, isIPv6 } from 'node:net';

/**
 * Under what an address is counted: an IPv4 address by itself, IPv6 by its first 64 bits, of which the owner of one host
 * has all. What is no address (a proxy passed on nonsense) is counted together.
 */
export function callerKey(address: string | undefined): string {
  const bare = address?.split('%', 1)[0] ?? '';
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const groups = expanded(bare);
  // ::ffff:192.0.2.1 is an IPv4 client of a socket that takes both.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of a valid IPv6 address. */
function expanded(address: string): number[] {
  const dotted = /(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  const text = dotted
    ? address.slice(0, dotted.index) + pair(dotted[1], dotted[2]) + ':' + pair(dotted[3], dotted[4])
    : address;
  const [head = '', tail] = text.split('::', 2);
  const groupsOf = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  if (tail === undefined) return groupsOf(head);
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function pair(high: string | undefined, low: string | undefined): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}
