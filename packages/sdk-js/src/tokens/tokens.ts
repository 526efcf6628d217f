import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { Token, TokenCreated, TokenList, TokenListQuery, TokenPatch, TokenRequest } from '../types.js';

/** `client.tokens` */
export class Tokens {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Newest first; revoked ones are not in it. */
  list(query: TokenListQuery = {}, options?: CallOptions): PagePromise<Token, TokenList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<TokenList>({
        list: 'tokens',
        method: 'GET',
        path: '/tokens',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ tokens }) => tokens);
  }

  /** Makes a token; `token` of the result is its text, which is never shown again. */
  create(request: TokenRequest, options?: WriteOptions): APIPromise<TokenCreated> {
    return this.#transport.call({ has: 'id', method: 'POST', path: '/tokens', body: request, options });
  }

  /** Changes name, scopes or expiry. */
  update(tokenId: string, patch: TokenPatch, options: UpdateOptions = {}): APIPromise<Token> {
    return this.#transport.call({
      has: 'id',
      method: 'PATCH',
      path: path`/tokens/${tokenId}`,
      body: patch,
      options: withIfMatch(options),
    });
  }

  /** No call that begins after this returns gets in with the token. */
  revoke(tokenId: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({ method: 'DELETE', path: path`/tokens/${tokenId}`, options: withIfMatch(options) });
  }
}
