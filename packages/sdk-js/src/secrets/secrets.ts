import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { Secret, SecretList, SecretListQuery, SecretRequest } from '../types.js';

/** `client.secrets` */
export class Secrets {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By name, without values: nothing returns those. */
  list(query: SecretListQuery = {}, options?: CallOptions): PagePromise<Secret, SecretList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<SecretList>({
        list: 'secrets',
        method: 'GET',
        path: '/secrets',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ secrets }) => secrets);
  }

  /** Stores a secret, or replaces its value; the result is without it. */
  put(secretName: string, request: SecretRequest, options: UpdateOptions = {}): APIPromise<Secret> {
    return this.#transport.call({
      has: 'id',
      method: 'PUT',
      path: path`/secrets/${secretName}`,
      body: request,
      options: withIfMatch(options),
    });
  }

  /** Steps that read it fail from then on. */
  delete(secretName: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/secrets/${secretName}`,
      options: withIfMatch(options),
    });
  }
}
