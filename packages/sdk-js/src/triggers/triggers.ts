import type { CallOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import type { Transport } from '../transport.js';
import type { TriggerState, TriggerList, TriggerListQuery } from '../types.js';

/** `client.triggers` */
export class Triggers {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of all workflows, and whether they are listening. */
  list(query: TriggerListQuery = {}, options?: CallOptions): PagePromise<TriggerState, TriggerList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<TriggerList>({
        list: 'triggers',
        method: 'GET',
        path: '/triggers',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ triggers }) => triggers);
  }
}
