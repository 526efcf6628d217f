import { BlockList, isIP } from 'node:net';

/** Hosts that may be called although their addresses are not public. */
export class AllowList {
  readonly #hosts = new Set<string>();
  readonly #domains: string[] = [];
  readonly #addresses = new BlockList();

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

  /** Whether a host name is allowed, whatever it resolves to. */
  allowsHost(host: string): boolean {
    return this.#hosts.has(host) || this.#domains.some((suffix) => host.endsWith(suffix));
  }

  /** Whether an IP address is allowed. */
  allowsAddress(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#addresses.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }

  #add(entry: string): void {
    const [address = '', prefix] = entry.replace(/^\[(.*)\]/, '$1').split('/');
    const version = isIP(address);
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const longest = version === 4 ? 32 : 128;
    if (version !== 0 && prefix === undefined) this.#addresses.addAddress(address, family);
    else if (version !== 0 && /^\d{1,3}$/.test(prefix ?? '') && Number(prefix) <= longest) {
      this.#addresses.addSubnet(address, Number(prefix), family);
    } else if (/^\*(\.[a-z0-9_-]+)+$/.test(entry)) this.#domains.push(entry.slice(1));
    else if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(entry) && !/^[\d.]+$/.test(entry)) this.#hosts.add(entry);
    else {
      throw new Error(
        `"${entry}" is no host name, address or network. Separate entries by commas, without scheme, port or path: intranet.example.com, *.example.com, 10.0.0.0/8`,
      );
    }
  }
}
