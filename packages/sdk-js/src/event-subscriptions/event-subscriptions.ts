import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  EventDelivery,
  EventDeliveryList,
  EventDeliveryListQuery,
  EventRedelivery,
  EventRedeliveryRequest,
  EventSubscription,
  EventSubscriptionList,
  EventSubscriptionListQuery,
  EventSubscriptionPatch,
  EventSubscriptionRequest,
  EventSubscriptionWithSecret,
} from '../types.js';

/** `client.eventSubscriptions` */
export class EventSubscriptions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Oldest first, without secrets. */
  list(
    query: EventSubscriptionListQuery = {},
    options?: CallOptions,
  ): PagePromise<EventSubscription, EventSubscriptionList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<EventSubscriptionList>({
        list: 'subscriptions',
        method: 'GET',
        path: '/event-subscriptions',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ subscriptions }) => subscriptions);
  }

  /** Subscribes to events; the result has the secret, this once. */
  create(request: EventSubscriptionRequest, options?: WriteOptions): APIPromise<EventSubscriptionWithSecret> {
    return this.#transport.call({ has: 'id', method: 'POST', path: '/event-subscriptions', body: request, options });
  }

  get(subscriptionId: string, options?: CallOptions): APIPromise<EventSubscription> {
    return this.#transport.call({
      has: 'id',
      method: 'GET',
      path: path`/event-subscriptions/${subscriptionId}`,
      options,
    });
  }

  /** What is left out stays. */
  update(
    subscriptionId: string,
    patch: EventSubscriptionPatch,
    options: UpdateOptions = {},
  ): APIPromise<EventSubscription> {
    return this.#transport.call({
      has: 'id',
      method: 'PATCH',
      path: path`/event-subscriptions/${subscriptionId}`,
      body: patch,
      options: withIfMatch(options),
    });
  }

  /** Nothing is sent any more. */
  delete(subscriptionId: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({
      method: 'DELETE',
      path: path`/event-subscriptions/${subscriptionId}`,
      options: withIfMatch(options),
    });
  }

  /** Gives it another secret, which the result has this once; the one before signs as well for 24 hours. */
  rotateSecret(subscriptionId: string, options?: WriteOptions): APIPromise<EventSubscriptionWithSecret> {
    return this.#transport.call({
      has: 'id',
      method: 'POST',
      path: path`/event-subscriptions/${subscriptionId}/rotate-secret`,
      options,
    });
  }

  /** Sends an event of the type `subscription.test`. */
  test(subscriptionId: string, options?: WriteOptions): APIPromise<{ readonly delivery_id: string }> {
    return this.#transport.call({
      has: 'delivery_id',
      method: 'POST',
      path: path`/event-subscriptions/${subscriptionId}/test`,
      options,
    });
  }

  /** What was sent, newest first, with each attempt and what it got. */
  listDeliveries(
    subscriptionId: string,
    query: EventDeliveryListQuery = {},
    options?: CallOptions,
  ): PagePromise<EventDelivery, EventDeliveryList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<EventDeliveryList>({
        list: 'deliveries',
        method: 'GET',
        path: path`/event-subscriptions/${subscriptionId}/deliveries`,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ deliveries }) => deliveries);
  }

  /** Sends an event again, with the same `webhook-id`. */
  redeliver(subscriptionId: string, deliveryId: string, options?: WriteOptions): APIPromise<EventDelivery> {
    return this.#transport.call({
      has: 'id',
      method: 'POST',
      path: path`/event-subscriptions/${subscriptionId}/deliveries/${deliveryId}/redeliver`,
      options,
    });
  }

  /**
   * Sends again what failed for good since a time; with `status: 'all'` what was delivered too. The `next_cursor` of one call is the
   * `starting_after` of the next.
   */
  redeliverSince(
    subscriptionId: string,
    request: EventRedeliveryRequest,
    options?: WriteOptions,
  ): APIPromise<EventRedelivery> {
    return this.#transport.call({
      has: 'redelivered',
      method: 'POST',
      path: path`/event-subscriptions/${subscriptionId}/redeliver`,
      body: request,
      options,
    });
  }
}
