import {
  CreateEventSubscription,
  DeleteEventSubscription,
  eventSubscriptionEndpoints,
  GetEventSubscription,
  ListEventDeliveries,
  ListEventSubscriptions,
  RedeliverEvent,
  RedeliverEvents,
  RotateEventSubscriptionSecret,
  TestEventSubscription,
  UpdateEventSubscription,
} from '@millrace/contracts';

const { list, create, get, update, rotateSecret, test, deliveries, redeliver, redeliverAll } =
  eventSubscriptionEndpoints;
const { id } = get.answer.example;
const delivery = redeliver.answer.example;
const ONE = `/v1/event-subscriptions/${id}`;

/** What the owners of subscriptions and deliveries return. */
export const EVENT_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [ListEventSubscriptions, () => list.answer.example],
  [CreateEventSubscription, () => create.answer.example],
  [GetEventSubscription, () => get.answer.example],
  [UpdateEventSubscription, () => update.answer.example],
  [RotateEventSubscriptionSecret, () => rotateSecret.answer.example],
  [DeleteEventSubscription, () => ({ id, deleted: true })],
  [TestEventSubscription, () => test.answer.example],
  [ListEventDeliveries, () => deliveries.answer.example],
  [RedeliverEvent, () => delivery],
  [RedeliverEvents, () => redeliverAll.answer.example],
];

/** A call of each endpoint. */
export const EVENT_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['GET', `/v1/event-subscriptions?limit=5&starting_after=${id}`, 200],
  ['POST', '/v1/event-subscriptions', 201, '{"url":"https://example.com/hooks","events":["execution.failed"]}'],
  ['GET', ONE, 200],
  ['PATCH', ONE, 200, '{"status":"active"}'],
  ['POST', `${ONE}/rotate-secret`, 200],
  ['POST', `${ONE}/test`, 202],
  ['GET', `${ONE}/deliveries?status=failed&limit=5&starting_after=${delivery.id}`, 200],
  ['POST', `${ONE}/deliveries/${delivery.id}/redeliver`, 202],
  [
    'POST',
    `${ONE}/redeliver`,
    202,
    JSON.stringify({ since: '2026-11-26T00:00:00Z', status: 'all', starting_after: delivery.id }),
  ],
  ['DELETE', ONE, 204],
];
