import { Controller, Inject } from '@nestjs/common';
import {
  EventDeliveryDue,
  EventDeliveryNoted,
  EventDeliveryPutOff,
  EventDeliveryRequested,
  EventOccurred,
  EventPutOff,
  ExecutionFinished,
  type FinishedExecution,
  type NotedDelivery,
  type OccurredEvent,
  type PutOffEvent,
  type RequestedDelivery,
} from '@millrace/contracts';
import {
  BUS,
  OnBatch,
  OnMessage,
  OnOverflow,
  type Bus,
  type Delivery,
  type Overflow,
  type Received,
} from '@millrace/messaging';
import { DeliveryAttempts } from './delivery-attempts.js';
import { DeliveryRecords } from './delivery-records.js';
import { EventDeliveriesService } from './event-deliveries.service.js';
import { EventRouter, type TracedEvent } from './event-router.js';
import { eventPutOff } from './put-off-event.js';
import { eventOfExecution, eventOfOccurrence, type OutboundEvent } from '@millrace/service-kit/outbound-event';

const group = 'webhook-dispatcher';
/** Attempts that one process makes at the same time. */
const AT_ONCE = 64;
/** What one organisation may have of them: a slow endpoint is waited for with these, and with no others. */
const SHARE = 0.25;
/** Deliveries whose time has come that one process puts on their way at the same time. */
const DUE_AT_ONCE = 32;
/** Events that were put off of which one process makes deliveries at the same time; of one organisation as many as its share. */
const EVENTS_AT_ONCE = 16;
const BATCH = 200;

/** What the server brings of events and deliveries. */
@Controller()
export class OutboundController {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish'>,
    private readonly router: EventRouter,
    private readonly attempts: DeliveryAttempts,
    private readonly records: DeliveryRecords,
    private readonly deliveries: EventDeliveriesService,
  ) {}

  @OnBatch(ExecutionFinished, { group, maxMessages: BATCH })
  route(batch: readonly Received<FinishedExecution>[]): Promise<void> {
    return this.router.routeAll(batch.flatMap((received) => tracedEvent(eventOfExecution(received.payload), received)));
  }

  @OnBatch(EventOccurred, { group, maxMessages: BATCH })
  routeOccurred(batch: readonly Received<OccurredEvent>[]): Promise<void> {
    return this.router.routeAll(
      batch.flatMap((received) => tracedEvent(eventOfOccurrence(received.payload), received)),
    );
  }

  /** The time has come for an event of an organisation that had too many at once. */
  @OnMessage(EventPutOff, {
    group,
    concurrency: EVENTS_AT_ONCE,
    fairness: { keyOf: (subject) => subject.split('.', 4)[3] ?? '', share: SHARE },
  })
  routePutOff(event: PutOffEvent): Promise<void> {
    return this.router.route(eventPutOff(event));
  }

  @OnOverflow(EventPutOff, { group })
  putOffAgain(event: PutOffEvent, { delayMs }: Overflow): Promise<void> {
    return this.router.putOff(eventPutOff(event), new Date(Date.now() + delayMs));
  }

  @OnMessage(EventDeliveryRequested, {
    group,
    concurrency: AT_ONCE,
    fairness: { keyOf: (subject) => subject.split('.', 3)[2] ?? '', share: SHARE },
  })
  attempt(delivery: RequestedDelivery, { signal }: Delivery): Promise<void> {
    return this.attempts.make(delivery, signal);
  }

  @OnMessage(EventDeliveryDue, { group, concurrency: DUE_AT_ONCE })
  async due(delivery: RequestedDelivery): Promise<void> {
    if (!(await this.#isOver(delivery))) await this.bus.publish(EventDeliveryRequested, delivery);
  }

  /** So many of one organisation wait that more would take the queue from the others. */
  @OnOverflow(EventDeliveryRequested, { group })
  async putOff(delivery: RequestedDelivery, { delayMs }: Overflow): Promise<void> {
    if (await this.attempts.hasEnded(delivery)) return;
    await this.bus.publish(EventDeliveryPutOff, delivery, { at: new Date(Date.now() + delayMs) });
  }

  @OnMessage(EventDeliveryPutOff, { group, concurrency: DUE_AT_ONCE })
  async again(delivery: RequestedDelivery, { sequence }: Delivery): Promise<void> {
    if (await this.#isOver(delivery)) return;
    // Not the id that it had: the server would take it for a repetition of what was put off.
    const { delivery_id, round, attempt } = delivery;
    const messageId = `${delivery_id}:${round}:${attempt}:put-off:${sequence}`;
    await this.bus.publish(EventDeliveryRequested, delivery, { messageId });
  }

  @OnBatch(EventDeliveryNoted, { group, maxMessages: BATCH })
  note(batch: readonly Received<NotedDelivery>[]): Promise<void> {
    return this.records.write(batch.map(({ payload }) => payload));
  }

  /** Whether what a timer brings has ended meanwhile: what would only wait once more ends here. */
  async #isOver(delivery: RequestedDelivery): Promise<boolean> {
    return (await this.attempts.hasEnded(delivery)) || this.deliveries.isOvertaken(delivery);
  }
}

/** None for a message that nobody is to get. */
function tracedEvent(event: OutboundEvent | null, { traceparent }: Received<unknown>): TracedEvent[] {
  return event === null ? [] : [{ event, traceparent }];
}
