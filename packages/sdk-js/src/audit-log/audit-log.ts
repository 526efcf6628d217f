import type { CallOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import type { Transport } from '../transport.js';
import type { AuditEntry, AuditEntryList, AuditLogQuery } from '../types.js';

/** `client.auditLog` */
export class AuditLog {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What was changed, and by whom, newest first. */
  list(query: AuditLogQuery = {}, options?: CallOptions): PagePromise<AuditEntry, AuditEntryList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<AuditEntryList>({
        list: 'entries',
        method: 'GET',
        path: '/audit-log',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ entries }) => entries);
  }
}
