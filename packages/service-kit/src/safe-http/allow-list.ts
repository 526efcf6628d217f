import { parseIpAddress, withoutMapping, type IpAddress } from './ip-address.js';

type Network = readonly [address: IpAddress, prefix: number];

/** Hosts that may be called although their addresses are not public. */
export class AllowList {
  readonly #hosts = new Set<string>();
  readonly #domains: string[] = [];
  readonly #networks: Network[] = [];

  /**
   * Reads a list separated by commas: host names (`intranet.example.com`), everything under a domain (`*.example.com`),
   * addresses and networks (`10.1.2.3`, `10.0.0.0/8`, `fd00::/8`). Throws an Error that names the entry it cannot read.
   */
  static parse(text: string): AllowList {
    const list = new AllowList();
    for (const entry of text.split(',').map((one) => one.trim().toLowerCase())) {
      if (entry !== '') list.#add(entry);
    }
    return list;
  }

  /** This list and these hosts. */
  including(hosts: readonly string[]): AllowList {
    const list = AllowList.parse(hosts.join(','));
    this.#hosts.forEach((host) => list.#hosts.add(host));
    list.#domains.push(...this.#domains);
    list.#networks.push(...this.#networks);
    return list;
  }

  /** Whether a host name is allowed, whatever it resolves to. */
  allowsHost(host: string): boolean {
    return this.#hosts.has(host) || this.#domains.some((suffix) => host.endsWith(suffix));
  }

  /** Whether a host name is in the list itself, and not only its domain. */
  namesHost(host: string): boolean {
    return this.#hosts.has(host);
  }

  /** Whether an IP address is allowed. */
  allowsAddress(address: string): boolean {
    const parsed = parseIpAddress(address);
    if (parsed === null) return false;
    const plain = withoutMapping(parsed);
    return this.#networks.some(([network, prefix]) => network.kind() === plain.kind() && plain.match(network, prefix));
  }

  #add(entry: string): void {
    const network = parseNetwork(entry);
    if (network !== null) this.#networks.push(network);
    else if (/^\*(\.[a-z0-9_-]+)+$/.test(entry)) this.#domains.push(entry.slice(1));
    else if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(entry) && !/^[\d.]+$/.test(entry)) this.#hosts.add(entry);
    else {
      throw new Error(
        `"${entry}" is no host name, address or network. Separate entries by commas, without scheme, port or path: intranet.example.com, *.example.com, 10.0.0.0/8`,
      );
    }
  }
}

/** Reads an address or a network, in brackets or not; null for anything else. */
function parseNetwork(entry: string): Network | null {
  const [text = '', prefix] = entry.replace(/^\[(.*)\]/, '$1').split('/');
  const address = parseIpAddress(text);
  if (address === null || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return null;
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? longest : Number(prefix);
  if (length > longest) return null;
  const plain = withoutMapping(address);
  // The last 32 bits of a mapped address are the IPv4 address.
  return plain !== address && length >= 96 ? [plain, length - 96] : [address, length];
}
