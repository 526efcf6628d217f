import { AppError } from '@millrace/contracts';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { AllowList } from './allow-list.js';
import { guardedAddresses } from './guarded-addresses.js';
import { guardedConnector, hostOf } from './guarded-connector.js';
import type { ResolveAll } from './resolve-host.js';
import type { HttpRoute, HttpRoutes } from './http-routes.js';

/** What all connections of a client have in common. */
export interface ConnectionOptions {
  readonly allowed: AllowList;
  readonly resolve?: ResolveAll | undefined;
  readonly connectTimeoutMs: number;
  readonly agent: Agent.Options;
}

/** The connections of one client: straight to the host, or as the operator has laid down for it. */
export class RoutedConnections {
  readonly #straight: Agent;
  /** One for each route, so that no connection with a certificate serves whom it was not given to. */
  readonly #routed = new Map<HttpRoute, Dispatcher>();

  constructor(
    private readonly options: ConnectionOptions,
    private readonly routes?: HttpRoutes | undefined,
  ) {
    this.#straight = new Agent({ ...options.agent, connect: guardedConnector(options) });
  }

  /** What sends a request of an organisation to an address. A promise where a proxy is between: throws HTTP_ADDRESS_BLOCKED. */
  to(url: URL, organisationId: string | undefined): Dispatcher | Promise<Dispatcher> {
    const route = this.routes?.find(organisationId, hostOf(url.hostname));
    if (route === undefined) return this.#straight;
    const known = this.#routed.get(route) ?? this.#open(route);
    this.#routed.set(route, known);
    return route.proxy === undefined ? known : this.#guarded(url.hostname).then(() => known);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.all([this.#straight, ...this.#routed.values()].map((dispatcher) => dispatcher.destroy()));
  }

  #open({ proxy, tls }: HttpRoute): Dispatcher {
    const { agent, connectTimeoutMs } = this.options;
    if (proxy === undefined) return new Agent({ ...agent, connect: guardedConnector({ ...this.options, tls }) });
    const timeout = { timeout: connectTimeoutMs };
    // Many proxies tunnel to port 443 alone, and are asked for what is not encrypted.
    return new ProxyAgent({
      ...agent,
      uri: proxy,
      proxyTunnel: false,
      requestTls: { ...tls, ...timeout },
      proxyTls: timeout,
    });
  }

  /** A proxy looks names up by itself: what is known here is refused here, and a name that is not known here is the proxy's to refuse. */
  async #guarded(host: string): Promise<void> {
    try {
      await guardedAddresses(host, this.options.allowed, this.options.resolve);
    } catch (error) {
      if (error instanceof AppError) throw error;
    }
  }
}
