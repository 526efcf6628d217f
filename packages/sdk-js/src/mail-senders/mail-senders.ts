import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  MailSender,
  MailSenderList,
  MailSenderListQuery,
  MailSenderRequest,
  MailSenderTest,
  MailSenderTestRequest,
} from '../types.js';

/** `client.mailSenders` */
export class MailSenders {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By name, without passwords: nothing returns those. */
  list(query: MailSenderListQuery = {}, options?: CallOptions): PagePromise<MailSender, MailSenderList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<MailSenderList>({
        list: 'senders',
        method: 'GET',
        path: '/mail/senders',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ senders }) => senders);
  }

  /** One of them. */
  get(senderName: string, options?: CallOptions): APIPromise<MailSender> {
    return this.#transport.call({ has: 'id', method: 'GET', path: path`/mail/senders/${senderName}`, options });
  }

  /** Stores a mail sender, or replaces it whole; without `password`, that of the same account stays. */
  put(senderName: string, request: MailSenderRequest, options: UpdateOptions = {}): APIPromise<MailSender> {
    return this.#transport.call({
      has: 'id',
      method: 'PUT',
      path: path`/mail/senders/${senderName}`,
      body: request,
      options: withIfMatch(options),
    });
  }

  /** Steps that name it fail from then on. */
  delete(senderName: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/mail/senders/${senderName}`,
      options: withIfMatch(options),
    });
  }

  /** Sends a short e-mail by it; what the mail server has against that is an error. */
  test(senderName: string, request: MailSenderTestRequest, options?: WriteOptions): APIPromise<MailSenderTest> {
    return this.#transport.call({
      has: 'message_id',
      method: 'POST',
      path: path`/mail/senders/${senderName}/test`,
      body: request,
      options,
    });
  }
}
