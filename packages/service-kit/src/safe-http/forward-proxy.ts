import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { RouteProxy } from './http-routes.js';

/** What sends requests over connections that it keeps. */
export type Connections = Pick<Dispatcher, 'dispatch' | 'destroy'>;

/**
 * Asks a proxy for addresses that are not encrypted. All share connections to it: `ProxyAgent` of undici would keep a pool for each host that
 * was ever asked for, and would forget the limits of `options`.
 */
export class ForwardProxy implements Connections {
  readonly #agent: Agent;

  constructor(
    private readonly proxy: RouteProxy,
    options: Agent.Options,
  ) {
    this.#agent = new Agent(options);
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { origin: proxy, authorization } = this.proxy;
    const { origin = '', path, headers } = request;
    const own = { host: new URL(origin).host, ...(authorization && { 'proxy-authorization': authorization }) };
    const all = { ...(headers as Record<string, string>), ...own };
    return this.#agent.dispatch({ ...request, origin: proxy, path: `${String(origin)}${path}`, headers: all }, handler);
  }

  destroy(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** Connects to a proxy. What goes wrong says nothing about where it is: those whose requests go through it see the error. */
export function proxyConnector(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs });
  return (target, callback) =>
    // undici names the host that is asked for as the one that the certificate of the proxy must be for.
    connect({ ...target, servername: undefined }, (error, socket) => {
      if (error === null) return callback(null, socket);
      const { code } = error as NodeJS.ErrnoException;
      callback(Object.assign(new Error('no connection to the proxy'), { code: code ?? error.name }), null);
    });
}
