import { Controller, Headers, Inject, Res } from '@nestjs/common';
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
  type EventDelivery,
  type EventDeliveryList,
  type EventSubscription,
  type EventSubscriptionList,
  type EventSubscriptionWithSecret,
  type Redelivered,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';

const { list, create, get, update, delete: remove, rotateSecret } = eventSubscriptionEndpoints;
const { test, deliveries, redeliver, redeliverAll } = eventSubscriptionEndpoints;

/** Passes calls about subscriptions to events on to `definitions`, which has them, and `webhook-dispatcher`, which sends. */
@Controller()
export class EventSubscriptionsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(list)
  list({ caller, query, requestId }: Call<typeof list>): Promise<EventSubscriptionList> {
    const question = { organisation_id: caller.organisationId, ...query };
    return this.bus.request(ListEventSubscriptions, question, { requestId });
  }

  @Endpoint(create)
  async create(
    { caller, body, asking }: Call<typeof create>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventSubscriptionWithSecret> {
    const question = { organisation_id: caller.organisationId, subscription: body };
    return tagged(await this.bus.request(CreateEventSubscription, question, asking), response);
  }

  @Endpoint(get)
  async get(
    { caller, params, requestId }: Call<typeof get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventSubscription> {
    const question = { organisation_id: caller.organisationId, ...params };
    return tagged(await this.bus.request(GetEventSubscription, question, { requestId }), response);
  }

  @Endpoint(update)
  async update(
    { caller, params, body, asking }: Call<typeof update>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventSubscription> {
    const question = { organisation_id: caller.organisationId, ...params, patch: body, ...versionOf(ifMatch) };
    return tagged(await this.bus.request(UpdateEventSubscription, question, asking), response);
  }

  @Endpoint(remove)
  async delete(
    { caller, params, asking }: Call<typeof remove>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, ...versionOf(ifMatch) };
    await this.bus.request(DeleteEventSubscription, question, asking);
  }

  @Endpoint(rotateSecret)
  async rotateSecret(
    { caller, params, asking }: Call<typeof rotateSecret>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventSubscriptionWithSecret> {
    const question = { organisation_id: caller.organisationId, ...params };
    return tagged(await this.bus.request(RotateEventSubscriptionSecret, question, asking), response);
  }

  @Endpoint(test)
  test({ caller, params, asking }: Call<typeof test>): Promise<{ delivery_id: string }> {
    return this.bus.request(TestEventSubscription, { organisation_id: caller.organisationId, ...params }, asking);
  }

  @Endpoint(deliveries)
  async deliveries({ caller, params, query, requestId }: Call<typeof deliveries>): Promise<EventDeliveryList> {
    const question = { organisation_id: caller.organisationId, ...params };
    // Who owns subscriptions says whether there is one.
    await this.bus.request(GetEventSubscription, question, { requestId });
    return this.bus.request(ListEventDeliveries, { ...question, ...query }, { requestId });
  }

  @Endpoint(redeliver)
  redeliver({ caller, params, asking }: Call<typeof redeliver>): Promise<EventDelivery> {
    return this.bus.request(RedeliverEvent, { organisation_id: caller.organisationId, ...params }, asking);
  }

  @Endpoint(redeliverAll)
  redeliverAll({ caller, params, body, asking }: Call<typeof redeliverAll>): Promise<Redelivered> {
    const question = { organisation_id: caller.organisationId, ...params, ...body };
    return this.bus.request(RedeliverEvents, question, asking);
  }
}
