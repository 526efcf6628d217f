import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withDeadline } from '@millrace/messaging';
import { registry } from './metrics.js';
import { SharedRendering } from './shared-rendering.js';

/** The state of one dependency; `detail` says what is wrong or which server responds. */
export interface HealthResult {
  readonly up: boolean;
  readonly detail?: string;
}

/** What `/health/ready` says. */
export interface ReadyReport {
  readonly status: 'up' | 'down' | 'stopping' | 'drained';
  readonly service: string;
  readonly checks: Readonly<Record<string, { readonly status: 'up' | 'down'; readonly detail?: string }>>;
}

/** Asks one dependency. Must answer quickly; an exception or more than two seconds count as down. */
export type HealthCheck = () => HealthResult | Promise<HealthResult>;

/** What one connection may ask, however much of it is sent at once: the rest is refused with 503. */
const MOST_REQUESTS = 100;

/**
 * Operations port of a service, apart from any public one: `/health/live` (the process runs), `/health/ready` (it can
 * do its work, and which dependency is down if not), `/health/details`, `/metrics`, and `/profile` where there is a token for it.
 */
export class HealthServer {
  readonly #server: Server;
  readonly #metrics = new SharedRendering(() => registry.metrics());
  /** What it is whatever its checks say. */
  #leaving: 'stopping' | 'drained' | undefined;
  /** Settings that `/health/details` shows. */
  settings: Readonly<Record<string, unknown>> = {};
  /** What else it has beside the clock. */
  moreDetails: (() => Promise<object>) | undefined;

  constructor(
    private readonly service: string,
    private readonly checks: Readonly<Record<string, HealthCheck>>,
    /** Names of checks that are shown but do not decide readiness, because the service has a way to do without. */
    private readonly optional: readonly string[] = [],
    private readonly profiles?: { answer(request: IncomingMessage, response: ServerResponse): Promise<void> },
  ) {
    this.#server = createServer((request, response) => {
      // Nobody else waits for it, and a rejection that nobody handles ends the process.
      this.#answer(request, response).catch((error: unknown) => fail(response, error));
    });
    this.#server.maxRequestsPerSocket = MOST_REQUESTS;
  }

  /** Starts to listen and returns the port. Rejects when it is taken. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on the service is not ready, so that no more work is sent to it while it finishes. */
  markStopping(): void {
    this.#leaving = 'stopping';
  }

  /** It has finished, and stays without work: nothing that it needed for that is asked any more. */
  markDrained(): void {
    this.#leaving = 'drained';
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0];
    if (path === '/profile' && this.profiles) return this.profiles.answer(request, response);
    if (path === '/health/live') return send(response, 200, { status: 'up', service: this.service });
    if (path === '/health/ready') {
      const report = await this.ready();
      return send(response, report.status === 'up' ? 200 : 503, report);
    }
    if (path === '/health/details') return send(response, 200, await this.#details());
    if (path === '/metrics') {
      const text = await this.#metrics.text();
      response.writeHead(200, { 'content-type': registry.contentType });
      response.end(text);
      return;
    }
    send(response, 404, { error: 'This port serves /health/live, /health/ready, /health/details and /metrics' });
  }

  /** For whoever looks for what is wrong: what takes longer to find out than readiness may. */
  async #details(): Promise<object> {
    const more = await Promise.resolve()
      .then(() => this.moreDetails?.())
      .catch((error: unknown) => ({ failure: error instanceof Error ? error.message : String(error) }));
    return { service: this.service, settings: this.settings, ...more, now: new Date().toISOString() };
  }

  /** Asks all dependencies. */
  async ready(): Promise<ReadyReport> {
    if (this.#leaving === 'drained') return { status: 'drained', service: this.service, checks: {} };
    const entries = await Promise.all(
      Object.entries(this.checks).map(async ([name, check]) => {
        const result = await runCheck(check);
        return [
          name,
          {
            status: result.up ? ('up' as const) : ('down' as const),
            ...(result.detail ? { detail: result.detail } : {}),
          },
        ] as const;
      }),
    );
    const allUp = entries.every(([name, result]) => result.status === 'up' || this.optional.includes(name));
    return {
      status: this.#leaving ?? (allUp ? 'up' : 'down'),
      service: this.service,
      checks: Object.fromEntries(entries),
    };
  }
}

/** The check of a dependency that the service is still waiting for at its start. */
export const connecting: HealthCheck = () => ({ up: false, detail: 'waiting for it' });

const CHECK_TIMEOUT_MS = 2_000;

async function runCheck(check: HealthCheck): Promise<HealthResult> {
  try {
    return await withDeadline(Promise.resolve(check()), CHECK_TIMEOUT_MS, () => {
      return { up: false, detail: `no answer within ${CHECK_TIMEOUT_MS} ms` };
    });
  } catch (error) {
    return { up: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}

/** For what is asked in vain because something of the service is broken, such as a metric that cannot be read. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else send(response, 500, { error: error instanceof Error ? error.message : String(error) });
}
