import type { APIPromise } from '../api-promise.js';
import type { CallOptions } from '../options.js';
import type { Transport } from '../transport.js';
import type { Credits as Balance, CreditsQuery, CreditUsage, CreditUsageQuery } from '../types.js';

/** `client.credits` */
export class Credits {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The balance, and a page of the ledger, newest first; `starting_after` is the `next_cursor` of the page before. */
  get(query: CreditsQuery = {}, options?: CallOptions): APIPromise<Balance> {
    return this.#transport.call({ has: 'ledger', method: 'GET', path: '/credits', query: { ...query }, options });
  }

  /** What was used of models, by day, workflow, model or label. */
  usage(query: CreditUsageQuery = {}, options?: CallOptions): APIPromise<CreditUsage> {
    return this.#transport.call({ has: 'groups', method: 'GET', path: '/credits/usage', query: { ...query }, options });
  }
}
