import { Controller, UseInterceptors } from '@nestjs/common';
import {
  ListEventDeliveries,
  RedeliverEvent,
  RedeliverEvents,
  TestEventSubscription,
  type EventDelivery,
  type EventDeliveryList,
  type Redelivered,
} from '@millrace/contracts';
import { OnRequest, type RequestContext } from '@millrace/messaging';
import { KeyedWriteInterceptor } from '@millrace/service-kit/keyed-write';
import type { z } from 'zod';
import { EventDeliveriesRepository } from './event-deliveries.repository.js';
import { EventDeliveriesService } from './event-deliveries.service.js';

/** The questions about deliveries that other services ask. */
@Controller()
export class EventDeliveriesController {
  constructor(
    private readonly deliveries: EventDeliveriesRepository,
    private readonly service: EventDeliveriesService,
  ) {}

  @OnRequest(ListEventDeliveries, { heavy: true })
  list(question: z.output<typeof ListEventDeliveries.question>): Promise<EventDeliveryList> {
    return this.deliveries.list(question, question);
  }

  @UseInterceptors(KeyedWriteInterceptor)
  @OnRequest(TestEventSubscription)
  test(
    question: z.output<typeof TestEventSubscription.question>,
  ): Promise<z.output<typeof TestEventSubscription.answer>> {
    return this.service.test(question);
  }

  @OnRequest(RedeliverEvent)
  redeliver(question: z.output<typeof RedeliverEvent.question>): Promise<EventDelivery> {
    return this.service.redeliver(question, question.delivery_id);
  }

  @OnRequest(RedeliverEvents)
  redeliverSince(
    question: z.output<typeof RedeliverEvents.question>,
    { patienceMs }: RequestContext,
  ): Promise<Redelivered> {
    return this.service.redeliverSince(question, question, patienceMs);
  }
}
