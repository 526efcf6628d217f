import type { CallOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import type { Transport } from '../transport.js';
import type { AiModel, AiModelList, AiModelListQuery } from '../types.js';

/** `client.aiModels` */
export class AiModels {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What workflows may name, by name: of the organisation's providers and of the installation's. */
  list(query: AiModelListQuery = {}, options?: CallOptions): PagePromise<AiModel, AiModelList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<AiModelList>({
        list: 'models',
        method: 'GET',
        path: '/ai/models',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ models }) => models);
  }
}
