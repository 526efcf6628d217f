import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  AiProvider,
  AiProviderList,
  AiProviderListQuery,
  AiProviderRequest,
  AiProviderTest,
  AiProviderTestRequest,
} from '../types.js';

/** `client.aiProviders` */
export class AiProviders {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of the organisation, by name, without keys: nothing returns those. */
  list(query: AiProviderListQuery = {}, options?: CallOptions): PagePromise<AiProvider, AiProviderList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<AiProviderList>({
        list: 'providers',
        method: 'GET',
        path: '/ai/providers',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ providers }) => providers);
  }

  /** One of them. */
  get(providerName: string, options?: CallOptions): APIPromise<AiProvider> {
    return this.#transport.call({ has: 'id', method: 'GET', path: path`/ai/providers/${providerName}`, options });
  }

  /** Stores a provider of models, or replaces it whole; without `api_key`, that of the same API stays. */
  put(providerName: string, request: AiProviderRequest, options: UpdateOptions = {}): APIPromise<AiProvider> {
    return this.#transport.call({
      has: 'id',
      method: 'PUT',
      path: path`/ai/providers/${providerName}`,
      body: request,
      options: withIfMatch(options),
    });
  }

  /** Steps that name a model which only it has fail from then on. */
  delete(providerName: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/ai/providers/${providerName}`,
      options: withIfMatch(options),
    });
  }

  /** Asks a model of it for one word, by default its first one; what is wrong is an error. */
  test(providerName: string, request: AiProviderTestRequest = {}, options?: WriteOptions): APIPromise<AiProviderTest> {
    return this.#transport.call({
      has: 'model',
      method: 'POST',
      path: path`/ai/providers/${providerName}/test`,
      body: request,
      options,
    });
  }
}
