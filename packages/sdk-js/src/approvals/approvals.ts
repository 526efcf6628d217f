import type { APIPromise } from '../api-promise.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  Approval,
  ApprovalDecisionRequest,
  ApprovalLink,
  ApprovalLinkRequest,
  ApprovalList,
  ApprovalListQuery,
} from '../types.js';

/** `client.approvals` */
export class Approvals {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What executions ask people: those that were asked for last first. */
  list(query: ApprovalListQuery = {}, options?: CallOptions): PagePromise<Approval, ApprovalList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<ApprovalList>({
        list: 'approvals',
        method: 'GET',
        path: '/approvals',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ approvals }) => approvals);
  }

  get(approvalId: string, options?: CallOptions): APIPromise<Approval> {
    return this.#transport.call({ has: 'id', method: 'GET', path: path`/approvals/${approvalId}`, options });
  }

  /** Approves or rejects, in the name of the token; once. */
  decide(approvalId: string, decision: ApprovalDecisionRequest, options?: WriteOptions): APIPromise<Approval> {
    return this.#transport.call({
      has: 'id',
      method: 'POST',
      path: path`/approvals/${approvalId}/decide`,
      body: decision,
      options,
    });
  }

  /** A link by which a person decides who has no token. It is returned this once. */
  createLink(approvalId: string, request: ApprovalLinkRequest, options?: WriteOptions): APIPromise<ApprovalLink> {
    return this.#transport.call({
      has: 'url',
      method: 'POST',
      path: path`/approvals/${approvalId}/links`,
      body: request,
      options,
    });
  }
}
