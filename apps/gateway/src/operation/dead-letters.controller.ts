import { Controller, Inject } from '@nestjs/common';
import {
  deadLetterEndpoints,
  DiscardDeadLetter,
  GetDeadLetter,
  ListDeadLetters,
  RequeueDeadLetter,
  type DeadLetterDetail,
  type DeadLetterList,
  type RequeuedDeadLetter,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** Passes the operator's calls about dead letters on to `history`. */
@Controller()
export class DeadLettersController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(deadLetterEndpoints.list)
  list({ query, requestId }: Call<typeof deadLetterEndpoints.list>): Promise<DeadLetterList> {
    return this.bus.request(ListDeadLetters, query, { requestId });
  }

  @Endpoint(deadLetterEndpoints.get)
  get({ params, requestId }: Call<typeof deadLetterEndpoints.get>): Promise<DeadLetterDetail> {
    return this.bus.request(GetDeadLetter, { ...params }, { requestId });
  }

  @Endpoint(deadLetterEndpoints.requeue)
  requeue({ params, asking }: Call<typeof deadLetterEndpoints.requeue>): Promise<RequeuedDeadLetter> {
    return this.bus.request(RequeueDeadLetter, { ...params }, asking);
  }

  @Endpoint(deadLetterEndpoints.discard)
  async discard({ params, asking }: Call<typeof deadLetterEndpoints.discard>): Promise<void> {
    await this.bus.request(DiscardDeadLetter, { ...params }, asking);
  }
}
