import { createServer, type AddressInfo, type Server } from 'node:net';

/**
 * Hosts inside of a network, in the ways in which they can be written: whoever calls what a user has named refuses each of them, before a packet
 * leaves. One list, so that a way that was found at one caller is tried at all.
 */
export const INNER_HOSTS: readonly string[] = [
  ...['127.0.0.1', '127.1', '127.0.0.53', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '0', '0.0.0.0'],
  ...[
    'localhost',
    'LOCALHOST',
    'app.localhost',
    'App.LocalHost.',
    'metadata.google.internal',
    'Metadata.Google.Internal.',
  ],
  ...['１２７.０.０.１', '127。0。0。1', '①②⑦.0.0.1', '%31%32%37.0.0.1'],
  ...['[::]', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::7f00:1]', '[::127.0.0.1]', '[::a9fe:a9fe]'],
  ...['[64:ff9b::7f00:1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]'],
  ...['[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[2001:470::5efe:a9fe:a9fe]', '[2001:470::200:5efe:7f00:1]'],
  ...['169.254.169.254', '169.254.170.2', '[fd00:ec2::254]', '100.100.100.200', '168.63.129.16'],
  ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['[fe80::1]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]'],
];

/** Those of them that only a URL reads as addresses. Elsewhere each is a name, which a machine may take for an address and no server has. */
export const INNER_ONLY_IN_URLS: ReadonlySet<string> = new Set([
  ...['127.1', '0x7f.1', '0177.0.0.1', '１２７.０.０.１', '127。0。0。1', '①②⑦.0.0.1', '%31%32%37.0.0.1'],
]);

/** Listens on all addresses of this machine, and counts who comes. */
export class InnerListener {
  /** Connections that were made. */
  hits = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      this.hits++;
      socket.destroy();
    });
  }

  static async start(): Promise<InnerListener> {
    const listener = new InnerListener();
    await new Promise<void>((resolve) => listener.#server.listen(0, '::', resolve));
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
