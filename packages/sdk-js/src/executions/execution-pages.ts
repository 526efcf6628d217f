import type { CallOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import type { Transport } from '../transport.js';
import type { ExecutionList, ExecutionListQuery, ExecutionSummary } from '../types.js';

/** The pages of a list of executions at a path, by cursor. */
export function executionPages(
  transport: Transport,
  path: string,
  query: ExecutionListQuery,
  options: CallOptions | undefined,
): PagePromise<ExecutionSummary, ExecutionList> {
  const page = (starting_after: string | undefined) =>
    transport.call<ExecutionList>({
      list: 'executions',
      method: 'GET',
      path,
      query: { ...query, starting_after },
      options,
    });
  return cursorPages(page, query.starting_after, ({ executions }) => executions);
}
