import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { Variable, VariableList, VariableListQuery, VariableRequest } from '../types.js';

/** `client.variables` */
export class Variables {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By name; those of the organisation, not those of workflows. */
  list(query: VariableListQuery = {}, options?: CallOptions): PagePromise<Variable, VariableList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<VariableList>({
        list: 'variables',
        method: 'GET',
        path: '/variables',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ variables }) => variables);
  }

  /** Stores a variable of the organisation, or replaces its value; executions that started before keep the former one. */
  put(variableName: string, request: VariableRequest, options: UpdateOptions = {}): APIPromise<Variable> {
    return this.#transport.call({
      has: 'id',
      method: 'PUT',
      path: path`/variables/${variableName}`,
      body: request,
      options: withIfMatch(options),
    });
  }

  /** Executions that started before keep its value. */
  delete(variableName: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/variables/${variableName}`,
      options: withIfMatch(options),
    });
  }
}
