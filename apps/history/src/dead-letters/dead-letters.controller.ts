import { Controller } from '@nestjs/common';
import {
  DiscardDeadLetter,
  GetDeadLetter,
  ListDeadLetters,
  RequeueDeadLetter,
  type DeadLetterDetail,
  type DeadLetterList,
  type RequeuedDeadLetter,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { DeadLettersService, type LetterQuestion } from './dead-letters.service.js';

/** The questions about dead letters that the gateway asks for the operator. */
@Controller()
export class DeadLettersController {
  constructor(private readonly letters: DeadLettersService) {}

  @OnRequest(ListDeadLetters)
  async list(question: { limit: number; starting_after?: string | undefined }): Promise<DeadLetterList> {
    return this.letters.list(question);
  }

  @OnRequest(GetDeadLetter)
  async get(question: LetterQuestion): Promise<DeadLetterDetail> {
    return this.letters.get(question);
  }

  @OnRequest(RequeueDeadLetter)
  async requeue(question: LetterQuestion): Promise<RequeuedDeadLetter> {
    return this.letters.requeue(question);
  }

  @OnRequest(DiscardDeadLetter)
  async discard(question: LetterQuestion): Promise<LetterQuestion> {
    return this.letters.discard(question);
  }
}
