import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  Mailbox,
  MailboxList,
  MailboxListQuery,
  MailboxMessage,
  MailboxMessageList,
  MailboxMessageListQuery,
  MailboxPatch,
  MailboxRequest,
  MailboxTest,
  MailboxTestRequest,
} from '../types.js';

/** `client.mailboxes` */
export class Mailboxes {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Oldest first, each with how it is doing. */
  list(query: MailboxListQuery = {}, options?: CallOptions): PagePromise<Mailbox, MailboxList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<MailboxList>({
        list: 'mailboxes',
        method: 'GET',
        path: '/mailboxes',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ mailboxes }) => mailboxes);
  }

  /** Sets a mailbox up, which is watched from then on; the result is without its secret. */
  create(request: MailboxRequest, options?: WriteOptions): APIPromise<Mailbox> {
    return this.#transport.call({ has: 'id', method: 'POST', path: '/mailboxes', body: request, options });
  }

  get(mailboxId: string, options?: CallOptions): APIPromise<Mailbox> {
    return this.#transport.call({ has: 'id', method: 'GET', path: path`/mailboxes/${mailboxId}`, options });
  }

  /** What is left out stays. */
  update(mailboxId: string, patch: MailboxPatch, options: UpdateOptions = {}): APIPromise<Mailbox> {
    return this.#transport.call({
      has: 'id',
      method: 'PATCH',
      path: path`/mailboxes/${mailboxId}`,
      body: patch,
      options: withIfMatch(options),
    });
  }

  /** It is not watched any more. */
  delete(mailboxId: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/mailboxes/${mailboxId}`,
      options: withIfMatch(options),
    });
  }

  /** Connects with what is stored, and with `changes` in its place; what is wrong is in the result. Nothing is started or changed. */
  test(mailboxId: string, changes: MailboxTestRequest = {}, options?: WriteOptions): APIPromise<MailboxTest> {
    return this.#transport.call({
      has: 'ok',
      method: 'POST',
      path: path`/mailboxes/${mailboxId}/test`,
      body: changes,
      options,
    });
  }

  /** What came, newest first, and what became of it. */
  listMessages(
    mailboxId: string,
    query: MailboxMessageListQuery = {},
    options?: CallOptions,
  ): PagePromise<MailboxMessage, MailboxMessageList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<MailboxMessageList>({
        list: 'messages',
        method: 'GET',
        path: path`/mailboxes/${mailboxId}/messages`,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ messages }) => messages);
  }
}
