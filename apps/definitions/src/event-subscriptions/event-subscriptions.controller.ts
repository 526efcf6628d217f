import { Controller } from '@nestjs/common';
import {
  CreateEventSubscription,
  DeleteEventSubscription,
  DisableEventSubscription,
  GetEventSubscription,
  ListEventSubscriptions,
  RotateEventSubscriptionSecret,
  UpdateEventSubscription,
  type EventSubscription,
  type EventSubscriptionList,
  type EventSubscriptionWithSecret,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { EventSubscriptionsService } from './event-subscriptions.service.js';

/** The questions about subscriptions to events that other services ask. */
@Controller()
export class EventSubscriptionsController {
  constructor(private readonly subscriptions: EventSubscriptionsService) {}

  @OnRequest(ListEventSubscriptions)
  list(question: z.output<typeof ListEventSubscriptions.question>): Promise<EventSubscriptionList> {
    return this.subscriptions.list(question.organisation_id, question.limit, question.starting_after);
  }

  @OnRequest(GetEventSubscription)
  get(question: z.output<typeof GetEventSubscription.question>): Promise<EventSubscription> {
    return this.subscriptions.get(question.organisation_id, question.subscription_id);
  }

  @OnRequest(CreateEventSubscription)
  create(question: z.output<typeof CreateEventSubscription.question>): Promise<EventSubscriptionWithSecret> {
    return this.subscriptions.create(question.organisation_id, question.subscription);
  }

  @OnRequest(UpdateEventSubscription)
  update(question: z.output<typeof UpdateEventSubscription.question>): Promise<EventSubscription> {
    return this.subscriptions.update(question.organisation_id, question);
  }

  @OnRequest(RotateEventSubscriptionSecret)
  rotate(question: z.output<typeof RotateEventSubscriptionSecret.question>): Promise<EventSubscriptionWithSecret> {
    return this.subscriptions.rotate(question.organisation_id, question.subscription_id);
  }

  @OnRequest(DisableEventSubscription)
  async disable(
    question: z.output<typeof DisableEventSubscription.question>,
  ): Promise<z.output<typeof DisableEventSubscription.answer>> {
    const { organisation_id, subscription_id, reason } = question;
    return { disabled: await this.subscriptions.disable(organisation_id, subscription_id, reason) };
  }

  @OnRequest(DeleteEventSubscription)
  delete(
    question: z.output<typeof DeleteEventSubscription.question>,
  ): Promise<z.output<typeof DeleteEventSubscription.answer>> {
    return this.subscriptions.delete(question.organisation_id, question.subscription_id, question.if_version);
  }
}
