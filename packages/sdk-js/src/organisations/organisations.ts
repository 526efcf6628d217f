import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  CreditChange,
  Credits,
  Organisation,
  OrganisationList,
  OrganisationListQuery,
  OrganisationPatch,
  OrganisationRequest,
  TokenCreated,
  TokenRequest,
} from '../types.js';

/** `client.organisations`, of a client whose key is the operator's token. */
export class Organisations {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By id. */
  list(query: OrganisationListQuery = {}, options?: CallOptions): PagePromise<Organisation, OrganisationList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<OrganisationList>({
        list: 'organisations',
        method: 'GET',
        path: '/organisations',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ organisations }) => organisations);
  }

  /** Makes an organisation, which has no token yet. */
  create(request: OrganisationRequest, options?: WriteOptions): APIPromise<Organisation> {
    return this.#transport.call({ has: 'id', method: 'POST', path: '/organisations', body: request, options });
  }

  get(organisationId: string, options?: CallOptions): APIPromise<Organisation> {
    return this.#transport.call({ has: 'id', method: 'GET', path: path`/organisations/${organisationId}`, options });
  }

  /** Renames, limits or suspends it. */
  update(organisationId: string, patch: OrganisationPatch, options: UpdateOptions = {}): APIPromise<Organisation> {
    return this.#transport.call({
      has: 'id',
      method: 'PATCH',
      path: path`/organisations/${organisationId}`,
      body: patch,
      options: withIfMatch(options),
    });
  }

  /** Deletes one that is suspended, with its tokens, workflows, secrets and variables. */
  delete(organisationId: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/organisations/${organisationId}`,
      options: withIfMatch(options),
    });
  }

  /** Adds to its balance; repeated under the same `idempotencyKey`, once. */
  addCredits(organisationId: string, change: CreditChange, options?: WriteOptions): APIPromise<Credits> {
    return this.#transport.call({
      has: 'ledger',
      method: 'POST',
      path: path`/organisations/${organisationId}/credits`,
      body: change,
      options,
    });
  }

  /** Makes a token of it; `token` of the result is its text, which is never shown again. */
  createToken(organisationId: string, request: TokenRequest, options?: WriteOptions): APIPromise<TokenCreated> {
    return this.#transport.call({
      has: 'id',
      method: 'POST',
      path: path`/organisations/${organisationId}/tokens`,
      body: request,
      options,
    });
  }
}
