import { AppError } from '@millrace/contracts';
import { LRUCache } from 'lru-cache';
import { Agent, Pool, ProxyAgent } from 'undici';
import type { AllowList } from './allow-list.js';
import { ForwardProxy, proxyConnector, type Connections } from './forward-proxy.js';
import { guardedAddresses } from './guarded-addresses.js';
import { guardedConnector, hostOf } from './guarded-connector.js';
import { NOBODY } from './look-up-owner.js';
import type { ResolveAll } from './resolve-host.js';
import type { HttpRoute, HttpRoutes } from './http-routes.js';

/** What all connections of a client have in common. */
export interface ConnectionOptions {
  readonly allowed: AllowList;
  readonly resolve?: ResolveAll | undefined;
  readonly connectTimeoutMs: number;
  readonly agent: Agent.Options;
}

const MOST_UNKNOWN = 1_000;
const UNKNOWN_MS = 60_000;

/** The connections of one route. */
interface Routed {
  /** For `http://`. */
  readonly plain: Connections;
  /** For `https://`. */
  readonly encrypted: Connections;
}

/** The connections of one client: straight to the host, or as the operator has laid down for it. */
export class RoutedConnections {
  readonly #straight: Agent;
  /** One for each route, so that no connection with a certificate serves whom it was not given to. */
  readonly #routed = new Map<HttpRoute, Routed>();
  /** Names that are not known here: where a proxy is needed many are not, and name servers may take long to say so. */
  readonly #unknown = new LRUCache<string, true>({ max: MOST_UNKNOWN, ttl: UNKNOWN_MS });

  constructor(
    private readonly options: ConnectionOptions,
    private readonly routes?: HttpRoutes | undefined,
  ) {
    this.#straight = new Agent({ ...options.agent, connect: guardedConnector(options) });
  }

  /** What sends a request of an organisation to an address. A promise where a proxy is between: throws HTTP_ADDRESS_BLOCKED. */
  to(url: URL, organisationId: string | undefined): Connections | Promise<Connections> {
    const route = this.routes?.find(organisationId, hostOf(url.hostname));
    if (route === undefined) return this.#straight;
    const routed = this.#routed.get(route) ?? this.#open(route);
    this.#routed.set(route, routed);
    const known = url.protocol === 'http:' ? routed.plain : routed.encrypted;
    return route.proxy === undefined ? known : this.#guarded(url.hostname, organisationId).then(() => known);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    const routed = Array.from(this.#routed.values(), ({ plain, encrypted }) => [plain, encrypted]).flat();
    await Promise.all(Array.from(new Set([this.#straight, ...routed]), (connections) => connections.destroy()));
  }

  #open({ proxy, tls }: HttpRoute): Routed {
    const { agent, connectTimeoutMs } = this.options;
    if (proxy === undefined) {
      const direct = new Agent({ ...agent, connect: guardedConnector({ ...this.options, tls }) });
      return { plain: direct, encrypted: direct };
    }
    const connect = proxyConnector(connectTimeoutMs);
    return {
      // Many proxies tunnel to port 443 alone, and are asked for what is not encrypted.
      plain: new ForwardProxy(proxy, { ...agent, connect }),
      encrypted: new ProxyAgent({
        ...agent,
        uri: proxy.origin,
        ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
        requestTls: { ...tls, timeout: connectTimeoutMs },
        // A proxy that does not respond would hold the connection long after nobody waits for it.
        clientFactory: (origin, options) => new Pool(origin, { ...options, connect, headersTimeout: connectTimeoutMs }),
      }),
    };
  }

  /** A proxy looks names up by itself: what is known here is refused here, and a name that is not known here is the proxy's to refuse. */
  async #guarded(host: string, owner = NOBODY): Promise<void> {
    if (this.#unknown.has(host)) return;
    try {
      await guardedAddresses(host, { ...this.options, owner });
    } catch (error) {
      if (error instanceof AppError) throw error;
      this.#unknown.set(host, true);
    }
  }
}
